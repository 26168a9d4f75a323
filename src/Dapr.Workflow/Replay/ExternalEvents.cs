using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>Someone in workflow code who waits for an event.</summary>
internal abstract class EventWaiter(string name)
{
    public string Name { get; } = name;

    public abstract bool IsSettled { get; }

    public abstract bool IsAwaited { get; }

    public abstract void Deliver(string? payload);

    public abstract void TryCancel();
}

internal sealed class EventWaiter<T>(string name, IDaprSerializer serializer) : EventWaiter(name)
{
    private readonly TaskCompletionSource<T> _payload = new();

    public Task<T> Task => _payload.Task;

    public override bool IsSettled => _payload.Task.IsCompleted;

    public override bool IsAwaited => Awaits.IsAwaited(_payload.Task);

    public override void Deliver(string? payload)
    {
        T value;
        try
        {
            value = serializer.Deserialize<T>(payload)!;
        }
        catch (Exception exception)
        {
            // A payload that cannot be read as T is for the workflow to handle.
            TurnLoop.Settle(() => _payload.TrySetException(exception));
            return;
        }

        TurnLoop.Settle(() => _payload.TrySetResult(value));
    }

    public override void TryCancel() => TurnLoop.Settle(() => _payload.TrySetCanceled());
}

/// <summary>Waiters and early events, matched by name without regard to case, first in first out.</summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Queue<EventWaiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> _early = [];
    private bool _closed;

    /// <summary>Events that nobody took, in order of arrival.</summary>
    public IReadOnlyList<HistoryEvent> Unprocessed => _early;

    public bool AreAwaited => _waiters.Values.Any(static queue => queue.Any(static waiter => waiter.IsAwaited));

    /// <summary>From now on events are kept for the next execution, even when an abandoned waiter would take them.</summary>
    public void Close() => _closed = true;

    public void Raise(HistoryEvent raised)
    {
        if (!_closed && NextWaiter(raised.EventRaised.Name) is { } waiter)
            waiter.Deliver(raised.EventRaised.Input);
        else
            _early.Add(raised);
    }

    public void Wait(EventWaiter waiter)
    {
        var index = _closed ? -1 : _early.FindIndex(raised => string.Equals(raised.EventRaised.Name, waiter.Name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            var raised = _early[index];
            _early.RemoveAt(index);
            waiter.Deliver(raised.EventRaised.Input);
            return;
        }

        if (!_waiters.TryGetValue(waiter.Name, out var queue))
            _waiters[waiter.Name] = queue = new Queue<EventWaiter>();
        while (queue.TryPeek(out var first) && first.IsSettled)
            queue.Dequeue();
        queue.Enqueue(waiter);
    }

    private EventWaiter? NextWaiter(string name)
    {
        if (_waiters.TryGetValue(name, out var queue))
        {
            while (queue.TryDequeue(out var waiter))
            {
                if (!waiter.IsSettled)
                    return waiter;
            }
        }

        return null;
    }
}
