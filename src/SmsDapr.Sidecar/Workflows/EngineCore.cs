using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Workflows.Dispatch;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>
/// Workflow state and the operations on it. Everything here runs on the engine's thread, between <see cref="Begin"/> and
/// <see cref="Commit"/>; effects outside the store (work for workers, answers, ended work units) wait for <see cref="AfterCommit"/>.
/// </summary>
internal sealed partial class EngineCore(
    SidecarOptions options,
    EngineSettings settings,
    WorkflowConfiguration configuration,
    WorkflowDatabase database,
    WorkerStreams workers,
    DurableTimers timers,
    TimeProvider clock,
    IWorkTracker work,
    Action<EngineRequest> later,
    ILogger log)
{
    private readonly TurnRules _rules = new(options.AppId);
    private readonly InstanceCache _instances = new(settings);
    private readonly Watchers _watchers = new();
    private readonly List<IDisposable> _endAfterCommit = [];
    private readonly HashSet<Instance> _changed = [];
    private DateTime _now;
    private long _lastEventTicks;

    public IDisposable BeginWork() => work.Begin();

    /// <summary>Keeps a unit of work open until what replaces it is stored.</summary>
    public void EndAfterCommit(IDisposable unit) => _endAfterCommit.Add(unit);

    public void Begin()
    {
        _now = clock.GetUtcNow().UtcDateTime;
        database.Begin();
    }

    public void Commit() => database.Commit();

    public void AfterCommit(List<EngineRequest> requests)
    {
        timers.Arm();
        Dispatch();
        foreach (var instance in _changed)
        {
            if (_watchers.Any(instance.Id))
                _watchers.Notify(instance.Id, instance.Row.Status, payloads => Describe(instance, payloads));
            if (instance.IsTerminal)
                _instances.Remove(instance);
        }

        _changed.Clear();
        _instances.Trim();
        foreach (var request in requests)
            request.Committed();
        EndUnits();
    }

    /// <summary>Forgets everything that memory holds beyond the store.</summary>
    public void Rollback()
    {
        database.Rollback();
        foreach (var instance in _instances.All)
            Revoke(instance.Turn);
        _instances.Clear();
        _changed.Clear();
        ForgetWork();
        EndUnits();
    }

    /// <summary>Takes up everything that the store says is to be done.</summary>
    public void Recover()
    {
        _now = clock.GetUtcNow().UtcDateTime;
        foreach (var (instance, sequence, heldUntil) in database.InboxSummary())
        {
            _lastInboxSequence = Math.Max(_lastInboxSequence, sequence);
            if (heldUntil is null)
                MakeRunnable(instance);
        }

        foreach (var activity in database.Activities())
            AddActivity(activity);
        timers.Load(database.NextTimer());
        log.EngineStarted(_runnable.Count, _activities.Count);
        Dispatch();
        EndUnits();
    }

    public void Close() => database.Dispose();

    private void EndUnits()
    {
        foreach (var unit in _endAfterCommit)
            unit.Dispose();
        _endAfterCommit.Clear();
    }

    private Instance? Find(string id) => _instances.Find(id) ?? Cache(database.Find(id));

    private Instance? Find(long key) => _instances.Find(key) ?? Cache(database.Find(key));

    private Instance Existing(string id) => Find(id) ?? throw WorkflowException.Missing();

    private Instance? Cache(InstanceRow? row)
    {
        if (row is null)
            return null;
        var instance = new Instance(row);
        _instances.Add(instance);
        if (instance.IsTerminal)
            _changed.Add(instance);
        return instance;
    }

    private Progress Load(Instance instance)
    {
        if (instance.Progress is null)
        {
            instance.Progress = Progress.Load(database.History(instance.Key), database.Inbox(instance.Key));
            _instances.Grew(instance.Progress.HistoryBytes);
        }

        return instance.Progress;
    }

    private void Store(Instance instance, InstanceRow row)
    {
        instance.Row = row;
        database.Update(row);
        _changed.Add(instance);
    }

    private static void Revoke(DispatchedWork? item)
    {
        if (item is not null)
            item.IsRevoked = true;
    }
}
