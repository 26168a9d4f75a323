namespace SmsDapr.Bench.Running;

/// <summary>SmsDapr.Local in a child process as a user runs it, without the demo.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    private readonly DataDirectory _data = new();
    private readonly int[] _ports = ChildProcess.FreePorts(4);
    private readonly TimeSpan? _providerDelay;
    private ChildProcess? _provider;

    private LocalSystem(TimeSpan? providerDelay)
    {
        _providerDelay = providerDelay;
        Api = new MessageApi(ServiceUrl);
        Simulator = new TwilioInspection(new Uri($"http://127.0.0.1:{_ports[3]}"));
    }

    public Uri ServiceUrl => new($"http://127.0.0.1:{_ports[0]}");

    public MessageApi Api { get; }

    public TwilioInspection Simulator { get; }

    public ChildProcess Process { get; private set; } = null!;

    /// <param name="providerDelay">
    /// Time from the create call to the last receipt. With one, the Twilio simulator runs in a process of its own; without,
    /// inside SmsDapr.Local with its standard 5 s.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<LocalSystem> StartAsync(TimeSpan? providerDelay, CancellationToken cancellation)
    {
        var system = new LocalSystem(providerDelay);
        await system.StartAsync(cancellation);
        return system;
    }

    /// <summary>Stops and starts it on the same ports and data.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await StopAsync();
        await StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        Simulator.Dispose();
        await StopAsync();
        _data.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        var simulator = $"http://127.0.0.1:{_ports[3]}";
        if (_providerDelay is { } delay)
        {
            _provider = ChildProcess.Start(
                "SmsDapr.Simulators", ["--port", $"{_ports[3]}", "--sent-after", $"{delay / 2:c}", "--delivered-after", $"{delay:c}"]);
            await _provider.AnswersAsync(new Uri($"{simulator}/_sim/plans"), cancellation);
        }

        Process = ChildProcess.Start(
            "SmsDapr.Local",
            [
                "--urls", ServiceUrl.ToString(),
                "--dapr-http-port", $"{_ports[1]}",
                "--dapr-grpc-port", $"{_ports[2]}",
                "--simulator-port", $"{_ports[3]}",
                "--data-dir", _data.Path,
                "--no-demo",
                .. _provider is null ? (string[])[] : ["--no-simulators"],
            ],
            new Dictionary<string, string> { ["Twilio__BaseUrl"] = simulator, ["Twilio__VerifyBaseUrl"] = simulator });
        await Process.AnswersAsync(new Uri(ServiceUrl, "/readyz"), cancellation);
    }

    private async Task StopAsync()
    {
        await Process.DisposeAsync();
        if (_provider is not null)
            await _provider.DisposeAsync();
    }
}
