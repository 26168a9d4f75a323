using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Cli;

/// <summary>The application that the sidecar was asked to start, with the environment that the dapr CLI gives it.</summary>
internal sealed class AppProcess : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    public AppProcess(SidecarOptions options, SidecarAddresses addresses, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false };
        start.Environment["APP_ID"] = options.AppId;
        start.Environment["APP_CHANNEL_ADDRESS"] = options.AppChannelAddress;
        start.Environment["DAPR_HTTP_PORT"] = addresses.Http.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["DAPR_GRPC_PORT"] = addresses.Grpc.Port.ToString(CultureInfo.InvariantCulture);
        if (options.AppPort is { } port)
            start.Environment["APP_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        _process = new Process { StartInfo = start };
        Exit = Task.FromResult(0);
    }

    /// <summary>The exit code, once the application has ended.</summary>
    public Task<int> Exit { get; private set; }

    public void Start()
    {
        try
        {
            _process.Start();
        }
        catch (Win32Exception failure)
        {
            throw new SidecarStartException($"'{_process.StartInfo.FileName}' cannot be started: {failure.Message}", failure);
        }

        Exit = WaitAsync();
    }

    /// <summary>Asks the application to end, as Ctrl+C would, and ends it after a while.</summary>
    public async Task StopAsync()
    {
        if (Exit.IsCompleted)
            return;
        if (!OperatingSystem.IsWindows())
        {
            using var ask = Process.Start(new ProcessStartInfo("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]));
            await Task.WhenAny(Exit, Task.Delay(Grace, TimeProvider.System));
        }

        if (!Exit.IsCompleted)
            _process.Kill(entireProcessTree: true);
        await Exit;
    }

    public void Dispose() => _process.Dispose();

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }
}
