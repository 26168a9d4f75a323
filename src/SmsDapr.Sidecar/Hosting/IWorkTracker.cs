namespace SmsDapr.Sidecar.Hosting;

/// <summary>
/// Counts work that is under way, so that whoever owns a virtual clock knows when everything due is done.
/// A unit begins before its trigger returns (timer callback, acknowledged call) and ends when its effects are stored.
/// </summary>
public interface IWorkTracker
{
    /// <summary>Begins one unit of work; disposing ends it.</summary>
    IDisposable Begin();
}

internal sealed class NoWorkTracker : IWorkTracker, IDisposable
{
    public static readonly NoWorkTracker Instance = new();

    public IDisposable Begin() => this;

    public void Dispose()
    {
    }
}
