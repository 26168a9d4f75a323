using Dapr.DurableTask.Protobuf;
using SmsDapr.Sidecar.Workflows.Dispatch;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>
/// What is to be done, and handing it to workers. A unit of work is open for each runnable instance and each unfinished activity;
/// what no worker is free for stays on disk, only its key is kept here.
/// </summary>
internal sealed partial class EngineCore
{
    private readonly string _epoch = Guid.NewGuid().ToString("N")[..8];
    private readonly Dictionary<long, IDisposable> _runnable = [];
    private readonly Queue<long> _waitingInstances = [];
    private readonly Dictionary<ActivityKey, PendingActivity> _activities = [];
    private readonly Queue<ActivityKey> _waitingActivities = [];
    private long _dispatched;
    private long _lastInboxSequence;
    private int _hasBacklog;

    /// <summary>Read by worker streams: whether taking an item should bring the next one forward.</summary>
    public bool HasBacklog => Volatile.Read(ref _hasBacklog) != 0;

    /// <summary>Fills the queue of the workers; runs outside transactions, on what is committed.</summary>
    public void Dispatch()
    {
        var progress = true;
        while (progress && workers.Queued < settings.QueueHighWater)
            progress = DispatchInstance() | DispatchActivity();
        Volatile.Write(ref _hasBacklog, _waitingInstances.Count + _waitingActivities.Count > 0 ? 1 : 0);
    }

    /// <summary>Gives what a worker had taken to another.</summary>
    public void TakeBack(WorkerStream stream)
    {
        foreach (var instance in _instances.All)
        {
            if (instance.Turn?.Stream == stream)
            {
                instance.Turn = null;
                _waitingInstances.Enqueue(instance.Key);
            }
        }

        foreach (var (key, activity) in _activities)
        {
            if (activity.Run?.Stream == stream)
            {
                activity.Run = null;
                _waitingActivities.Enqueue(key);
            }
        }
    }

    private void AddToInbox(long key, IReadOnlyList<HistoryEvent> events)
    {
        var encoded = HistoryEvents.EncodeNew(events);
        var sequence = ++_lastInboxSequence;
        database.AddToInbox(key, sequence, encoded);
        _instances.Find(key)?.Progress?.Inbox.Add(new InboxEntry(sequence, encoded, events));
    }

    private void Deliver(Instance instance, HistoryEvent item)
    {
        AddToInbox(instance.Key, [item]);
        if (instance.Row.HeldUntil is null)
            MakeRunnable(instance.Key);
    }

    private void MakeRunnable(long key)
    {
        if (_runnable.ContainsKey(key))
            return;
        _runnable.Add(key, work.Begin());
        _waitingInstances.Enqueue(key);
    }

    private void Rest(long key)
    {
        if (_runnable.Remove(key, out var unit))
            EndAfterCommit(unit);
    }

    private void AddActivity(ActivityKey key, byte[]? request = null)
    {
        var activity = new PendingActivity(work.Begin()) { Request = request };
        if (_activities.Remove(key, out var replaced))
            EndAfterCommit(replaced.Unit);
        _activities.Add(key, activity);
        _waitingActivities.Enqueue(key);
    }

    private void EndActivity(ActivityKey key)
    {
        if (_activities.Remove(key, out var activity))
        {
            Revoke(activity.Run);
            EndAfterCommit(activity.Unit);
        }
    }

    private void ForgetWork()
    {
        foreach (var unit in _runnable.Values)
            unit.Dispose();
        _runnable.Clear();
        _waitingInstances.Clear();
        foreach (var activity in _activities.Values)
        {
            Revoke(activity.Run);
            activity.Unit.Dispose();
        }

        _activities.Clear();
        _waitingActivities.Clear();
    }

    private bool DispatchInstance()
    {
        if (!_waitingInstances.TryDequeue(out var key))
            return false;

        // Purged meanwhile, or queued twice around a lost worker.
        if (!_runnable.ContainsKey(key) || Find(key) is not { Turn: null } instance)
            return true;

        instance.Turn = NextTurn(instance);
        if (IsTooLarge(instance.Turn))
        {
            instance.Turn = null;
            Stall(instance, "the next turn exceeds the maximum body size");
            return true;
        }

        workers.Enqueue(instance.Turn);
        return true;
    }

    private Turn NextTurn(Instance instance)
    {
        var progress = Load(instance);
        var started = HistoryEvents.At(_now);
        started.WorkflowStarted = new WorkflowStartedEvent();
        List<HistoryEvent> events = [started];
        foreach (var entry in progress.Inbox)
            events.AddRange(entry.Events);
        return new Turn($"{_epoch}-{++_dispatched}", instance, progress, events, progress.Inbox[^1].Sequence);
    }

    /// <summary>daprd stops an instance at 95 % of the body limit, before a worker would refuse the message over and over.</summary>
    private bool IsTooLarge(DispatchedWork item) => options.MaxBodySize > 0 && item.EncodedLength > options.MaxBodySize / 100 * 95;

    private bool DispatchActivity()
    {
        if (!_waitingActivities.TryDequeue(out var key))
            return false;
        if (_activities.TryGetValue(key, out var activity) && activity.Run is null && (activity.Request ?? database.Activity(key)) is { } request)
        {
            var run = new ActivityRun(key, request);
            activity.Request = null;
            if (IsTooLarge(run))
            {
                if (Find(key.Instance) is { } instance)
                    Stall(instance, "an activity exceeds the maximum body size");
                EndActivity(key);
                return true;
            }

            activity.Run = run;
            workers.Enqueue(run);
        }

        return true;
    }

    private sealed class PendingActivity(IDisposable unit)
    {
        public IDisposable Unit { get; } = unit;

        /// <summary>The request while it is still at hand from the turn that scheduled it.</summary>
        public byte[]? Request { get; set; }

        public ActivityRun? Run { get; set; }
    }
}
