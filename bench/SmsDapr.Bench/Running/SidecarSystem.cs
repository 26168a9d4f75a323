using Grpc.Net.Client;
using DaprRuntime = Dapr.Client.Autogen.Grpc.v1.Dapr;

namespace SmsDapr.Bench.Running;

/// <summary>The embedded sidecar alone in a child process, with the state store and the pub/sub of <c>components/embedded</c> or others.</summary>
internal sealed class SidecarSystem : IAsyncDisposable
{
    private static readonly string[] Components = ["statestore.yaml", "pubsub.yaml"];

    private readonly DataDirectory _data = new();
    private readonly int[] _ports = ChildProcess.FreePorts(2);
    private readonly string[] _arguments;
    private readonly GrpcChannel _channel;

    private SidecarSystem(int? appPort, ComponentYaml? component)
    {
        var resources = Directory.CreateDirectory(Path.Combine(_data.Path, "components")).FullName;
        foreach (var file in Components)
            File.Copy(Path.Combine(Repository.Components, file), Path.Combine(resources, file));
        if (component is not null)
            File.WriteAllText(Path.Combine(resources, component.File), component.Text);
        _arguments =
        [
            "--app-id", "bench",
            "--dapr-http-port", $"{_ports[0]}",
            "--dapr-grpc-port", $"{_ports[1]}",
            "--resources-path", resources,
            "--data-dir", _data.Path,
            .. appPort is { } port ? (string[])["--app-port", $"{port}"] : [],
        ];
        _channel = GrpcChannel.ForAddress(GrpcEndpoint, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false },
            DisposeHttpClient = true,
        });
        Dapr = new DaprRuntime.DaprClient(_channel);
    }

    public Uri GrpcEndpoint => new($"http://127.0.0.1:{_ports[1]}");

    public string DataPath => _data.Path;

    public DaprRuntime.DaprClient Dapr { get; }

    public ChildProcess Process { get; private set; } = null!;

    /// <param name="appPort">Where an application listens that is called back; the sidecar then is ready when it is.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="component">Takes the place of the one in the file of the same name.</param>
    public static async Task<SidecarSystem> StartAsync(int? appPort, CancellationToken cancellation, ComponentYaml? component = null)
    {
        var system = new SidecarSystem(appPort, component);
        await system.StartAsync(appPort is null ? "outbound" : "", cancellation);
        return system;
    }

    /// <summary>Stops and starts it on the same ports and data.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await Process.DisposeAsync();
        await StartAsync("outbound", cancellation);
    }

    /// <summary>Waits until it answers about a workflow that it has.</summary>
    public Task KnowsAsync(string workflow, CancellationToken cancellation) =>
        Process.AnswersAsync(new Uri($"http://127.0.0.1:{_ports[0]}/v1.0/workflows/dapr/{workflow}"), cancellation);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await Process.DisposeAsync();
        _data.Dispose();
    }

    private async Task StartAsync(string health, CancellationToken cancellation)
    {
        Process = ChildProcess.Start("SmsDapr.Sidecar", _arguments);
        await Process.AnswersAsync(new Uri($"http://127.0.0.1:{_ports[0]}/v1.0/healthz/{health}".TrimEnd('/')), cancellation);
    }
}
