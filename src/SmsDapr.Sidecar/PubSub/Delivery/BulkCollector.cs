using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>One message of a bulk delivery, and what becomes of it.</summary>
internal sealed record BulkEntry(string Id, BrokerMessage Message)
{
    private readonly TaskCompletionSource<bool> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True: dealt with for good.</summary>
    public Task<bool> Settled => _settled.Task;

    public void Settle(bool done) => _settled.TrySetResult(done);

    public void Abandon() => _settled.TrySetCanceled();
}

/// <summary>Gathers the messages of one subscription until there are enough of them or the first has waited long enough.</summary>
internal sealed class BulkCollector : IDisposable
{
    private readonly Lock _gate = new();
    private readonly BulkWindow _window;
    private readonly Func<IReadOnlyList<BulkEntry>, WorkUnit, Task> _deliver;
    private readonly IWorkTracker _work;
    private readonly ITimer _timer;
    private List<BulkEntry> _waiting = [];
    private bool _closing;

    public BulkCollector(BulkWindow window, Func<IReadOnlyList<BulkEntry>, WorkUnit, Task> deliver, TimeProvider clock, IWorkTracker work)
    {
        _window = window;
        _deliver = deliver;
        _work = work;
        _timer = clock.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Task<bool> HandleAsync(BrokerMessage message, WorkUnit work, CancellationToken cancellationToken)
    {
        var entry = new BulkEntry(Guid.NewGuid().ToString(), message);
        lock (_gate)
        {
            _waiting.Add(entry);
            if (_closing || _waiting.Count >= _window.Messages)
                Flush();
            else if (_waiting.Count == 1)
                _timer.Change(_window.Wait, Timeout.InfiniteTimeSpan);
        }

        // From here it is the batch that is work: while it only waits for the clock, nothing is.
        work.Dispose();
        return entry.Settled.WaitAsync(cancellationToken);
    }

    /// <summary>What waits is delivered now, and what still comes no longer waits.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing = true;
            Flush();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Flush()
    {
        lock (_gate)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (_waiting.Count == 0)
                return;
            var batch = _waiting;
            _waiting = [];
            var unit = new WorkUnit(_work);
            _ = Task.Run(() => DeliverAsync(batch, unit));
        }
    }

    private async Task DeliverAsync(List<BulkEntry> batch, WorkUnit unit)
    {
        using (unit)
        {
            try
            {
                await _deliver(batch, unit);
            }
            finally
            {
                // Whatever was not settled was abandoned half-way.
                foreach (var entry in batch)
                    entry.Abandon();
            }
        }
    }
}
