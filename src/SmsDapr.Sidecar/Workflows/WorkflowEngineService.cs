namespace SmsDapr.Sidecar.Workflows;

/// <summary>Starts the engine before the server listens and stops it after the last call.</summary>
internal sealed class WorkflowEngineService(WorkflowEngine engine) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => engine.DisposeAsync().AsTask();
}
