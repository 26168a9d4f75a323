namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class PubSubTests(SidecarFixture sidecar) : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected SidecarFixture Sidecar => sidecar;

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(sidecar.Missing is not null, sidecar.Missing ?? "");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
