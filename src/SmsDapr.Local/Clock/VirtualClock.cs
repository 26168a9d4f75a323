using System.Diagnostics;

namespace SmsDapr.Local.Clock;

/// <summary>
/// A clock that stands still until it is moved. Moving it fires every timer due on the way, in the order of their due
/// times, each at its own time, and lets the work that a timer starts come to its end before the next one fires.
/// </summary>
public sealed class VirtualClock(DateTimeOffset start, WorkCounter work) : TimeProvider, IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(0.3);

    // On a busy machine all of the quiet can pass while this thread waits for a processor.
    private const int FewestLooks = 3;

    private readonly WorkCounter _work = work;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Timer, (long Due, long Sequence)> _timers = new();
    private readonly SemaphoreSlim _oneAdvance = new(1, 1);
    private long _now = start.UtcTicks;
    private long _sequence;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Dispose() => _oneAdvance.Dispose();

    /// <summary>
    /// Moves the clock to <paramref name="target"/> (never back). False when the work on the way did not come to its end
    /// within <paramref name="realTimeLimit"/>; the clock then stands where it got to.
    /// </summary>
    public async Task<bool> AdvanceAsync(DateTimeOffset target, TimeSpan realTimeLimit, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(realTimeLimit);
        try
        {
            await _oneAdvance.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            await SettleAsync(limit.Token);
            while (NextDue(target.UtcTicks) is { } due)
            {
                MoveTo(due);
                var begun = _work.Begun;
                FireDue();
                if (_work.Begun != begun || NextDue(due) is not null)
                {
                    await SettleAsync(limit.Token);
                }
                else
                {
                    await Task.Yield();
                }
            }

            MoveTo(target.UtcTicks);
            await SettleAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            _oneAdvance.Release();
        }
    }

    /// <summary>
    /// Waits until no work is open and none begins. Between two counted units a hand-over (a socket, the thread pool) may be
    /// under way for a moment, so the quiet must last a little.
    /// </summary>
    private async Task SettleAsync(CancellationToken cancellation)
    {
        do
        {
            await _work.WhenNone().WaitAsync(cancellation);
        }
        while (!await StaysQuietAsync());
    }

    /// <summary>Yields instead of sleeping: a timer of the system is a millisecond late, and a month has many ticks.</summary>
    private async Task<bool> StaysQuietAsync()
    {
        var begun = _work.Begun;
        var since = Stopwatch.GetTimestamp();
        for (var looks = 0; looks < FewestLooks || Stopwatch.GetElapsedTime(since) < Quiet; looks++)
        {
            await Task.Yield();
            if (_work.Begun != begun || !_work.WhenNone().IsCompleted || ThreadPool.PendingWorkItemCount > 0)
                return false;
        }

        return true;
    }

    private long? NextDue(long until)
    {
        lock (_gate)
        {
            while (_timers.TryPeek(out var timer, out var key))
            {
                if (!timer.IsScheduledAs(key.Sequence))
                {
                    _timers.Dequeue();
                    continue;
                }

                return key.Due <= until ? Math.Max(key.Due, _now) : null;
            }

            return null;
        }
    }

    private void MoveTo(long instant)
    {
        lock (_gate)
        {
            Volatile.Write(ref _now, Math.Max(_now, instant));
        }
    }

    private void FireDue()
    {
        // Only what is due now: a timer that re-arms itself for 'at once' gets its turn after the others and after their work.
        var due = new List<Timer>();
        lock (_gate)
        {
            while (_timers.TryPeek(out var timer, out var key) && key.Due <= _now)
            {
                _timers.Dequeue();
                if (timer.IsScheduledAs(key.Sequence))
                {
                    due.Add(timer);
                    timer.Rearm(_now);
                }
            }
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    private sealed class Timer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private long? _scheduledAs;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _disposed;

        public bool IsScheduledAs(long sequence) => _scheduledAs == sequence;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                _period = period;
                Schedule(dueTime, clock._now);
                return true;
            }
        }

        public void Rearm(long now) =>
            Schedule(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, now);

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static timer => ((Timer)timer!).Invoke(), this);
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                _scheduledAs = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Invoke() => callback(state);

        /// <summary>What is due already does not wait for the clock to be moved.</summary>
        private void FireAtOnce()
        {
            _scheduledAs = null;
            var unit = clock._work.Begin();
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    using (unit)
                    {
                        Fire();
                    }
                },
                null);
        }

        private void Schedule(TimeSpan dueTime, long now)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                _scheduledAs = null;
                return;
            }

            if (dueTime <= TimeSpan.Zero)
            {
                FireAtOnce();
                return;
            }

            _scheduledAs = ++clock._sequence;
            clock._timers.Enqueue(this, (now + dueTime.Ticks, _scheduledAs.Value));
        }
    }
}
