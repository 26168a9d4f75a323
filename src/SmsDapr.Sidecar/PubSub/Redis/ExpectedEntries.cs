using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>
/// What this process has published and not yet got back from Redis: each is a unit of work, so that a virtual clock does not move on while
/// an event is on its way through the broker.
/// </summary>
internal sealed class ExpectedEntries(IWorkTracker work)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<IDisposable, StreamId> _units = new();
    private StreamId _reached;
    private StreamId _last;

    /// <summary>The furthest that is expected.</summary>
    public StreamId Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    public void Add(StreamId id)
    {
        lock (_gate)
        {
            if (id.CompareTo(_reached) <= 0)
                return;
            _units.Enqueue(work.Begin(), id);
            if (id.CompareTo(_last) > 0)
                _last = id;
        }
    }

    /// <summary>Everything up to here has been handed out by Redis, to this process or another one. Its own work has begun by now.</summary>
    public void ReachedUpTo(StreamId id)
    {
        lock (_gate)
        {
            if (id.CompareTo(_reached) > 0)
                _reached = id;
            while (_units.TryPeek(out var unit, out var expected) && expected.CompareTo(_reached) <= 0)
            {
                _units.Dequeue();
                unit.Dispose();
            }
        }
    }
}
