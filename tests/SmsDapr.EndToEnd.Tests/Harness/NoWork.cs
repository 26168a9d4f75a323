using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>Real time needs no account of the work under way.</summary>
internal sealed class NoWork : IWorkTracker, IDisposable
{
    public IDisposable Begin() => this;

    public void Dispose()
    {
    }
}
