using System.Diagnostics;

namespace SmsDapr.Simulators.Tests.Support;

/// <summary>The simulator as a program of its own, on the real clock, that can be killed.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = address };
        Client.DefaultRequestHeaders.Authorization =
            Simulator.Basic(SimulatorOptions.DefaultAccountSid, SimulatorOptions.DefaultAuthToken);
    }

    public HttpClient Client { get; }

    public static Process Run(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(SimulatorHost).Assembly.Location, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public static async Task<SimulatorProcess> StartAsync(params string[] arguments)
    {
        const string Announcement = "Twilio simulator: ";
        var process = Run(["--port", "0", .. arguments]);
        using var patience = new Patience();
        var line = await process.StandardOutput.ReadLineAsync(patience.Token);
        if (line?.StartsWith(Announcement, StringComparison.Ordinal) != true)
            throw new InvalidOperationException(line + await process.StandardError.ReadToEndAsync(patience.Token));
        return new SimulatorProcess(process, new Uri(line[Announcement.Length..]));
    }

    /// <summary>SIGKILL: nothing is flushed or said goodbye to.</summary>
    public async Task KillAsync()
    {
        using var patience = new Patience();
        _process.Kill();
        await _process.WaitForExitAsync(patience.Token);
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Kill();
        // What it wrote last must not outlive the directory that a test deletes next.
        _process.WaitForExit(Patience.Longest);
        _process.Dispose();
    }
}
