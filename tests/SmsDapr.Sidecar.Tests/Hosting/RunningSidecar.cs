using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.Hosting;

/// <summary>A sidecar in this process with an in-memory store, on free ports.</summary>
internal sealed class RunningSidecar : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private WebApplication? _app;

    public StateFaults Faults { get; } = new();

    public HttpClient Http { get; } = new();

    public SidecarAddresses Addresses => SidecarAddresses.Of(_app!);

    public static async Task<RunningSidecar> StartAsync(Func<SidecarOptions, SidecarOptions>? change = null, IWorkTracker? work = null, TimeProvider? clock = null)
    {
        var sidecar = new RunningSidecar();
        sidecar._directory.Write("components.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.in-memory
              version: v1
              metadata: []
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: pubsub
            spec:
              type: pubsub.in-memory
              version: v1
              metadata: []
            """);
        var options = new SidecarOptions
        {
            AppId = "app",
            HttpPort = 0,
            GrpcPort = 0,
            ResourcesPaths = [sidecar._directory.Path],
            DataDirectory = sidecar._directory.Path,
        };
        options = change?.Invoke(options) ?? options;
        sidecar._app = SidecarHost.Create(options, clock ?? TimeProvider.System, work ?? new WorkCounter(), sidecar.Faults, logging => logging.ClearProviders());
        await sidecar._app.StartAsync(TestContext.Current.CancellationToken);
        sidecar.Http.BaseAddress = sidecar.Addresses.Http;
        return sidecar;
    }

    /// <summary>Returns once the application's subscriptions are open.</summary>
    public async Task WaitUntilReadyAsync()
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!(await Http.GetAsync("/v1.0/healthz", TestContext.Current.CancellationToken)).IsSuccessStatusCode)
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    public Task StopDeliveriesAsync() => SidecarHost.StopDeliveriesAsync(_app!);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app!.DisposeAsync();
        _directory.Dispose();
    }
}
