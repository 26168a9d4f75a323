namespace SmsDapr.Service.Hosting;

/// <summary>Work that goes on after the request that began it was answered. A host that moves its own clock counts it, so that it knows when all is done.</summary>
/// <param name="begin">Begins one unit of work, which ends when it is disposed of; null where nobody counts.</param>
public sealed class BackgroundWork(Func<IDisposable>? begin = null)
{
    public IDisposable? Begin() => begin?.Invoke();
}
