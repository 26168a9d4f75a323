using System.Diagnostics;
using System.Text;
using SmsDapr.EndToEnd.Tests.Harness;
using SmsDapr.Simulators;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>A second SmsDapr.Service beside the sidecar of a <see cref="LocalProcess"/>: another process with the same app id, on real time.</summary>
public sealed class RaceReplica : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private RaceReplica(Process process, Uri address)
    {
        _process = process;
        Api = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(90) };
        Api.DefaultRequestHeaders.Authorization = new("Bearer", LocalProcess.AdminKey);
    }

    public HttpClient Api { get; }

    /// <summary>Starts the replica and waits until the sidecar serves two workers.</summary>
    public static async Task<RaceReplica> StartAsync(LocalProcess first, CancellationToken cancellation)
    {
        var address = new Uri($"http://127.0.0.1:{LocalProcess.FreePort()}");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "SmsDapr.Service.dll"), "--urls", address.ToString() },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Settings(first))
            start.Environment[name] = value;
        var replica = new RaceReplica(Process.Start(start)!, address);
        replica.ReadOutput();
        try
        {
            await replica.ReadyAsync(first, cancellation);
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }

        return replica;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Api.Dispose();
    }

    private static Dictionary<string, string> Settings(LocalProcess first)
    {
        var simulator = new SimulatorOptions();
        return new()
        {
            ["DAPR_GRPC_ENDPOINT"] = first.SidecarGrpcUrl.ToString(),
            ["DAPR_HTTP_ENDPOINT"] = first.Sidecar.BaseAddress!.ToString(),
            ["Twilio__BaseUrl"] = first.Simulator.BaseAddress!.ToString(),
            ["Twilio__VerifyBaseUrl"] = first.Simulator.BaseAddress!.ToString(),
            ["Twilio__AccountSid"] = simulator.AccountSid,
            ["Twilio__AuthToken"] = simulator.AuthToken,
            ["Twilio__From"] = simulator.Sender,
            ["Twilio__PublicBaseUrl"] = first.ServiceUrl.GetLeftPart(UriPartial.Authority),
            ["GoogleCalendar__BaseUrl"] = new Uri(first.Simulator.BaseAddress!, "/calendar/v3").ToString(),
            ["GoogleCalendar__TokenUrl"] = new Uri(first.Simulator.BaseAddress!, "/token").ToString(),
            ["GoogleCalendar__ClientId"] = simulator.ClientId,
            ["GoogleCalendar__ClientSecret"] = simulator.ClientSecret,
            ["GoogleCalendar__PublicBaseUrl"] = first.ServiceUrl.GetLeftPart(UriPartial.Authority),
            ["Auth__ApiKeys__0__Key"] = LocalProcess.AdminKey,
            ["Auth__ApiKeys__0__Roles__0"] = "admin",
        };
    }

    private void ReadOutput()
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task ReadyAsync(LocalProcess first, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        using var pause = new PeriodicTimer(Glance);
        while (!await IsReadyAsync(first, cancellation))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
                throw new TimeoutException($"The second replica did not get ready:\n{Output}");
            await pause.WaitForNextTickAsync(cancellation);
        }
    }

    private async Task<bool> IsReadyAsync(LocalProcess first, CancellationToken cancellation)
    {
        try
        {
            using var ready = await Api.GetAsync(new Uri("/readyz", UriKind.Relative), cancellation);
            using var metadata = await first.Sidecar.GetAsync(new Uri("/v1.0/metadata", UriKind.Relative), cancellation);
            return ready.IsSuccessStatusCode
                && (await VirtualSystem.JsonAsync(metadata)).GetProperty("workflows").GetProperty("connectedWorkers").GetInt32() == 2;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}
