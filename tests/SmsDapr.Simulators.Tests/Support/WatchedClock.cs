using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace SmsDapr.Simulators.Tests.Support;

/// <summary>A clock that stands still and says when somebody begins to wait for it, so that a test can move it by exactly that much.</summary>
internal sealed class WatchedClock(DateTimeOffset now) : FakeTimeProvider(now)
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>How long the next one waits.</summary>
    public ValueTask<TimeSpan> NextWaitAsync(CancellationToken cancellation) => _waits.Reader.ReadAsync(cancellation);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), _waits.Writer);
        timer.Note(dueTime);
        return timer;
    }

    private sealed class WatchedTimer(ITimer timer, ChannelWriter<TimeSpan> waits) : ITimer
    {
        public void Note(TimeSpan dueTime)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
                waits.TryWrite(dueTime);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = timer.Change(dueTime, period);
            Note(dueTime);
            return changed;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
