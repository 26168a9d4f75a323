namespace SmsDapr.Sidecar.Hosting;

/// <summary>Whoever created the sidecar decides when it stops; it does not listen for signals itself.</summary>
internal sealed class OwnedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
