namespace SmsDapr.Sidecar.Hosting;

/// <summary>
/// One unit of work that may have to wait for the clock in between, for a retry say. While it waits it does not count: whoever owns a
/// virtual clock waits for work to end before moving it, and would wait for ever.
/// </summary>
internal sealed class WorkUnit(IWorkTracker tracker) : IDisposable
{
    private IDisposable? _open = tracker.Begin();

    public async Task PauseAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = Interlocked.Exchange(ref _open, null);
        await using var timer = clock.CreateTimer(_ => Resume(over), null, time, Timeout.InfiniteTimeSpan);
        held?.Dispose();
        await over.Task.WaitAsync(cancellationToken);
    }

    public void Dispose() => Interlocked.Exchange(ref _open, null)?.Dispose();

    // Inside the timer's callback, so that the clock sees the work before it moves on.
    private void Resume(TaskCompletionSource over)
    {
        Interlocked.Exchange(ref _open, tracker.Begin())?.Dispose();
        over.TrySetResult();
    }
}
