using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Tests;

internal sealed class WorkCounter : IWorkTracker
{
    private int _active;

    public int Active => Volatile.Read(ref _active);

    public IDisposable Begin()
    {
        Interlocked.Increment(ref _active);
        return new Unit(this);
    }

    public async Task WhenIdleAsync(CancellationToken cancellationToken)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Active > 0)
            await tick.WaitForNextTickAsync(cancellationToken);
    }

    private sealed class Unit(WorkCounter counter) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref counter._active);
    }
}
