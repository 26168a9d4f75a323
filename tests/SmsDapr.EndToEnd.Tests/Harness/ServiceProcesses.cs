using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using SmsDapr.Simulators;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>
/// Service and sidecar as processes of their own, on real time, so that each can be killed while the other lives on. Twilio's simulator runs in the test
/// and survives, as Twilio would.
/// </summary>
public sealed class ServiceProcesses : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly string _data = Directory.CreateTempSubdirectory("smsdapr-processes-").FullName;
    private readonly int _servicePort = LocalProcess.FreePort();
    private readonly int _httpPort = LocalProcess.FreePort();
    private readonly int _grpcPort = LocalProcess.FreePort();
    private readonly Dictionary<string, Process> _running = [];
    private WebApplication? _simulator;

    public HttpClient Api { get; } = new() { Timeout = TimeSpan.FromSeconds(15) };

    public HttpClient Simulator { get; } = new();

    public async Task StartAsync(CancellationToken cancellation)
    {
        _simulator = SimulatorHost.Create(new SimulatorOptions { Port = 0 }, TimeProvider.System, builder => builder.Logging.ClearProviders());
        await _simulator.StartAsync(cancellation);
        Simulator.BaseAddress = new Uri(_simulator.Urls.Single());
        Api.BaseAddress = new Uri($"http://127.0.0.1:{_servicePort}");
        Api.DefaultRequestHeaders.Authorization = new("Bearer", LocalProcess.AdminKey);
        StartSidecar();
        StartService();
        await ReadyAsync(cancellation);
    }

    /// <summary>kill -9 of the service, the sidecar or both, which start again at once.</summary>
    public async Task KillAsync(bool service, bool sidecar, CancellationToken cancellation)
    {
        if (sidecar)
            await KillAsync("SmsDapr.Sidecar", cancellation);
        if (service)
            await KillAsync("SmsDapr.Service", cancellation);
        if (sidecar)
            StartSidecar();
        if (service)
            StartService();
    }

    /// <summary>Waits until the service says that it and its sidecar are ready.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        using var glance = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            try
            {
                using var response = await Api.GetAsync(new Uri("/readyz", UriKind.Relative), limit.Token);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !limit.IsCancellationRequested)
            {
                // Not listening yet, or too busy to answer; the limit ends the wait.
            }
        }
        while (await glance.WaitForNextTickAsync(limit.Token));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _running.Keys.ToList())
            await KillAsync(program, CancellationToken.None);
        if (_simulator is not null)
            await _simulator.DisposeAsync();
        Api.Dispose();
        Simulator.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task KillAsync(string program, CancellationToken cancellation)
    {
        if (!_running.Remove(program, out var process))
            return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(cancellation);
        process.Dispose();
    }

    private void StartSidecar() => Start(
        "SmsDapr.Sidecar",
        new Dictionary<string, string>(),
        "--app-id", "smsdapr",
        "--app-port", $"{_servicePort}",
        "--dapr-http-port", $"{_httpPort}",
        "--dapr-grpc-port", $"{_grpcPort}",
        "--resources-path", Path.Combine("components", "embedded"),
        "--data-dir", _data);

    private void StartService() => Start(
        "SmsDapr.Service",
        new Dictionary<string, string>
        {
            ["DAPR_HTTP_PORT"] = $"{_httpPort}",
            ["DAPR_GRPC_PORT"] = $"{_grpcPort}",
            ["Twilio__BaseUrl"] = Simulator.BaseAddress!.ToString(),
            ["Twilio__AccountSid"] = SimulatorOptions.DefaultAccountSid,
            ["Twilio__AuthToken"] = SimulatorOptions.DefaultAuthToken,
            ["Twilio__From"] = SimulatorOptions.DefaultSender,
            ["Twilio__PublicBaseUrl"] = Api.BaseAddress!.ToString(),
            ["Auth__ApiKeys__0__Key"] = LocalProcess.AdminKey,
            ["Auth__ApiKeys__0__Roles__0"] = "admin",
            ["Serilog__MinimumLevel__Default"] = "Fatal",
        },
        "--urls", $"http://127.0.0.1:{_servicePort}");

    private void Start(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = LocalProcess.RepositoryRoot(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{program}.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _running[program] = process;
    }
}
