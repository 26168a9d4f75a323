using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Tests.Hosting;

/// <summary>Tests that make the sidecar fail or move the clock, and so share their service with nobody.</summary>
public abstract class WithOwnService : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected RunningService Service { get; } = new();

    private protected IDocumentStore Documents => Service.Services.GetRequiredService<IDocumentStore>();

    public virtual ValueTask InitializeAsync() => Service.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await DisposeAsyncCore();
        await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what a class of tests started beside the service.</summary>
    protected virtual ValueTask DisposeAsyncCore() => ValueTask.CompletedTask;
}
