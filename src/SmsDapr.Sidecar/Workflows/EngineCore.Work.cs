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
    private readonly ConcurrencyPlaces<long> _turnPlaces = new(configuration.Workflows);
    private readonly ConcurrencyPlaces<ActivityKey> _activityPlaces = new(configuration.Activities);
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
                EndTurn(instance);
                _waitingInstances.Enqueue(instance.Key);
            }
        }

        foreach (var (key, activity) in _activities)
        {
            if (activity.Run?.Stream == stream)
            {
                EndRun(activity);
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
        EndActivity(key);
        _activities.Add(key, activity);
        _waitingActivities.Enqueue(key);
    }

    private void EndActivity(ActivityKey key)
    {
        if (_activities.Remove(key, out var activity))
        {
            Revoke(EndRun(activity));
            EndAfterCommit(activity.Unit);
        }
    }

    /// <summary>What the worker had is not awaited any more, and its place is another's.</summary>
    private Turn? EndTurn(Instance instance)
    {
        var turn = instance.Turn;
        instance.Turn = null;
        if (turn is { HoldsPlace: true })
            _turnPlaces.Free(instance.Row.Name);
        return turn;
    }

    private ActivityRun? EndRun(PendingActivity activity)
    {
        var run = activity.Run;
        activity.Run = null;
        if (run is not null)
            _activityPlaces.Free(run.Name);
        return run;
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
        _turnPlaces.FreeAll();
        _activityPlaces.FreeAll();
    }

    private bool DispatchInstance()
    {
        if (_turnPlaces.AreAllTaken || !(_turnPlaces.TryNext(out var key) || _waitingInstances.TryDequeue(out key)))
            return false;

        // Purged meanwhile, or queued twice around a lost worker.
        if (!_runnable.ContainsKey(key) || Find(key) is not { Turn: null } instance || !_turnPlaces.TryTake(instance.Row.Name, key))
            return true;

        var turn = NextTurn(instance);
        turn.HoldsPlace = true;
        instance.Turn = turn;
        if (IsTooLarge(turn))
        {
            EndTurn(instance);
            StallLater(instance, $"Workflow payload size {turn.EncodedLength} bytes exceeds {LimitOf}");
            return true;
        }

        workers.Enqueue(turn);
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

    private bool DispatchActivity()
    {
        if (_activityPlaces.AreAllTaken || !(_activityPlaces.TryNext(out var key) || _waitingActivities.TryDequeue(out key)))
            return false;
        if (_activities.TryGetValue(key, out var activity) && activity.Run is null && (activity.Request ?? database.Activity(key)) is { } request)
        {
            var name = _activityPlaces.DependOnNames ? ActivityRequest.Parser.ParseFrom(request).Name : "";
            if (!_activityPlaces.TryTake(name, key))
                return true;
            var run = new ActivityRun(key, request, name);
            activity.Run = run;
            activity.Request = null;
            if (IsTooLarge(run))
            {
                // Its record stays: a sidecar with a larger limit runs it.
                if (Find(key.Instance) is { } instance)
                    StallLater(instance, $"activity '{key.TaskId}' payload {run.EncodedLength} bytes exceeds {LimitOf}");
                EndActivity(key);
                return true;
            }

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
