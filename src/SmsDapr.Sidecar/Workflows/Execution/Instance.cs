using Dapr.DurableTask.Protobuf;
using SmsDapr.Sidecar.Workflows.Dispatch;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows.Execution;

/// <summary>
/// An instance that is in memory because it runs or ran a moment ago. Only the engine's thread touches it, with one exception:
/// a worker's stream reads the history pieces that its turn was given, and those never change.
/// </summary>
internal sealed class Instance(InstanceRow row)
{
    public InstanceRow Row { get; set; } = row;

    public long Key => Row.Key;

    public string Id => Row.Id;

    public bool IsTerminal => Row.Status.IsTerminal();

    /// <summary>Null while only the row has been read.</summary>
    public Progress? Progress { get; set; }

    public Turn? Turn { get; set; }

    /// <summary>Rounds of ContinueAsNew in a row that did nothing else.</summary>
    public int TightRounds { get; set; }

    public LinkedListNode<Instance>? Recency { get; set; }
}

/// <summary>What history and inbox say about a running instance.</summary>
internal sealed class Progress
{
    private readonly Dictionary<int, TimerCreatedEvent> _timers = [];
    private readonly Dictionary<int, string> _children = [];
    private readonly List<byte[]> _history = [];
    private readonly List<string> _patches = [];

    public ExecutionStartedEvent? Start { get; private set; }

    /// <summary>One encoded piece per turn.</summary>
    public IReadOnlyList<byte[]> History => _history;

    public int HistoryBytes { get; private set; }

    public List<InboxEntry> Inbox { get; } = [];

    /// <summary>Timers that were created and neither fired nor lost their event.</summary>
    public IReadOnlyDictionary<int, TimerCreatedEvent> Timers => _timers;

    /// <summary>Children without a result, by task id.</summary>
    public IReadOnlyDictionary<int, string> OpenChildren => _children;

    public bool IsSuspended { get; private set; }

    /// <summary>Patches that this execution took, in order.</summary>
    public IReadOnlyList<string> Patches => _patches;

    /// <summary>Why the instance stalled, while that is the last thing its history says.</summary>
    public ExecutionStalledEvent? Stalled { get; private set; }

    public static Progress Load(IEnumerable<byte[]> history, IEnumerable<InboxRow> inbox)
    {
        var progress = new Progress();
        foreach (var piece in history)
            progress.Append(piece, HistoryEvents.DecodePast(piece));
        foreach (var row in inbox)
            progress.Inbox.Add(new InboxEntry(row.Sequence, row.Events, HistoryEvents.DecodeNew(row.Events)));
        return progress;
    }

    /// <summary>Adds one turn; returns the timers that an external event made needless.</summary>
    public IReadOnlyList<(int TimerId, TimerCreatedEvent Timer)> Append(byte[] encoded, IReadOnlyList<HistoryEvent> events)
    {
        _history.Add(encoded);
        HistoryBytes += encoded.Length;
        Stalled = events.Count > 0 ? events[^1].ExecutionStalled : Stalled;
        List<(int, TimerCreatedEvent)>? needless = null;
        foreach (var item in events)
        {
            if (item.EventRaised is { } raised && GuardOf(raised.Name) is { } guard && _timers.Remove(guard, out var timer))
                (needless ??= []).Add((guard, timer));
            else
                Apply(item);
        }

        return needless is null ? [] : needless;
    }

    private void Apply(HistoryEvent item)
    {
        switch (item.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Start ??= item.ExecutionStarted;
                break;
            case HistoryEvent.EventTypeOneofCase.WorkflowStarted when item.WorkflowStarted.Version is { } version:
                _patches.AddRange(version.Patches);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                _timers[item.EventId] = item.TimerCreated;
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                _timers.Remove(item.TimerFired.TimerId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                _children[item.EventId] = item.ChildWorkflowInstanceCreated.InstanceId;
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                _children.Remove(item.ChildWorkflowInstanceCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                _children.Remove(item.ChildWorkflowInstanceFailed.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                IsSuspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                IsSuspended = false;
                break;
        }
    }

    /// <summary>The oldest waiting timer that guards a wait for this event; names compare without case.</summary>
    private int? GuardOf(string eventName)
    {
        int? oldest = null;
        foreach (var (id, timer) in _timers)
        {
            if (string.Equals(HistoryEvents.GuardedEvent(timer), eventName, StringComparison.OrdinalIgnoreCase) && !(id > oldest))
                oldest = id;
        }

        return oldest;
    }
}

internal sealed record InboxEntry(long Sequence, byte[] Encoded, IReadOnlyList<HistoryEvent> Events);
