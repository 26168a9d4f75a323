using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>Everything that workflow code asked for in this execution, by id, held against what the history says it asked for.</summary>
internal sealed class OperationLog
{
    private readonly List<Operation> _operations = [];
    private Operation? _awaited;

    public int NextId => _operations.Count;

    /// <summary>Whether workflow code awaits one of them. Mostly that is the newest or the one found before: a long history costs no more.</summary>
    public bool AreAwaited
    {
        get
        {
            if (_awaited is { IsAwaited: true })
                return true;
            _awaited = _operations.FindLast(static operation => operation.IsAwaited);
            return _awaited is not null;
        }
    }

    public T Add<T>(T operation)
        where T : Operation
    {
        operation.Id = _operations.Count;
        _operations.Add(operation);
        return operation;
    }

    public Operation? Find(int id) => id >= 0 && id < _operations.Count ? _operations[id] : null;

    /// <summary>Notes that the history holds the operation of a scheduling event.</summary>
    /// <returns>A sentence about the mismatch when workflow code did not ask for this; otherwise null.</returns>
    public string? Record(HistoryEvent scheduled)
    {
        while (Find(scheduled.EventId) is TimerOperation { IsSentinel: true, IsRecorded: false } sentinel && !TimerOperation.IsSentinelEvent(scheduled))
            Remove(sentinel);

        var operation = Find(scheduled.EventId);
        if (operation is null)
            return $"the history holds {Describe(scheduled)} with id {scheduled.EventId}, but the workflow code scheduled nothing there";
        if (!operation.Matches(scheduled))
            return $"the history holds {Describe(scheduled)} with id {scheduled.EventId}, but the workflow code scheduled {operation.Description} there";

        operation.IsRecorded = true;
        return null;
    }

    /// <summary>The actions still to be sent, in the order in which they were asked for.</summary>
    public IEnumerable<WorkflowAction> Unrecorded(int before) =>
        _operations.Where(operation => !operation.IsRecorded && operation.Id < before).Select(static operation => operation.ToAction());

    private void Remove(TimerOperation sentinel)
    {
        _operations.RemoveAt(sentinel.Id);
        for (var id = sentinel.Id; id < _operations.Count; id++)
            _operations[id].Id = id;
    }

    private static string Describe(HistoryEvent scheduled) => scheduled.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskScheduled => $"activity '{scheduled.TaskScheduled.Name}'",
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => $"child workflow '{scheduled.ChildWorkflowInstanceCreated.Name}'",
        _ => "a timer",
    };
}
