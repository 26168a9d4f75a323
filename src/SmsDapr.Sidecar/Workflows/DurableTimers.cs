using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>
/// Wakes the engine at the earliest due time. The timers themselves stay in the store, ordered by an index, so that
/// sleeping instances take no memory; in memory is only the one moment that comes next.
/// </summary>
internal sealed class DurableTimers : IDisposable
{
    // A TimeProvider's timer cannot be set further ahead than this; it then fires once for nothing.
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(40);
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private readonly ITimer _timer;
    private readonly TimeProvider _clock;
    private DateTime? _next;
    private DateTime? _armed;
    private bool _wasEarly;

    public DurableTimers(TimeProvider clock, IWorkTracker work)
    {
        _clock = clock;
        // The unit begins before the callback returns: whoever moves a virtual clock then knows that this time is not over yet.
        _timer = clock.CreateTimer(_ => Due!(work.Begin()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called with an open unit of work when the time has come.</summary>
    public required Action<IDisposable> Due { get; init; }

    public void Load(DateTime? next)
    {
        _next = next;
        _armed = null;
        Arm();
    }

    /// <summary>Takes note of a stored timer; <see cref="Arm"/> acts on it after the commit.</summary>
    public void Add(DateTime due)
    {
        if (_next is null || due < _next)
            _next = due;
    }

    /// <summary>The earliest timer that is left, once all that was due has fired.</summary>
    public void Fired(DateTime? next, DateTime now)
    {
        _wasEarly = now < _armed;
        _next = next;
        _armed = null;
    }

    public void Arm()
    {
        if (_next is not { } next || _armed == next)
            return;
        _armed = next;
        var wait = next - _clock.GetUtcNow().UtcDateTime;
        if (wait > Furthest)
            wait = Furthest;
        else if (wait < TimeSpan.Zero)
            wait = TimeSpan.Zero;
        // System timers cut off fractions of a millisecond and would fire again and again during the last one.
        else if (_wasEarly && wait < Resolution)
            wait = Resolution;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
