namespace Dapr.Workflow.Worker;

/// <summary>
/// Time and chance for talking to the sidecar. Reconnecting runs in real time even when the app's own TimeProvider is a virtual one, so this is
/// not taken from there.
/// </summary>
internal sealed class WorkerClock(TimeProvider time, Func<double> chance)
{
    private static readonly Random Jitter = new();

    public static WorkerClock Real { get; } = new(TimeProvider.System, () =>
    {
        lock (Jitter)
            return Jitter.NextDouble();
    });

    public long Mark() => time.GetTimestamp();

    public TimeSpan Since(long mark) => time.GetElapsedTime(mark);

    /// <summary>Waits between half and all of the delay before the given attempt: first × 2^(attempt−1), at most <paramref name="longest"/>.</summary>
    public Task BackOff(int attempt, TimeSpan first, TimeSpan longest, CancellationToken cancellationToken)
    {
        var delay = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 30)), longest.TotalMilliseconds);
        return Task.Delay(TimeSpan.FromMilliseconds(delay * (0.5 + (chance() / 2))), time, cancellationToken);
    }
}
