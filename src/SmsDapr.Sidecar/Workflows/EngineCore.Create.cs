using System.Diagnostics.CodeAnalysis;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

internal sealed partial class EngineCore
{
    public void Create(CreateInstanceRequest request)
    {
        Replace(request.InstanceId);
        var start = new ExecutionStartedEvent
        {
            Name = request.Name,
            Input = request.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = request.InstanceId, ExecutionId = Guid.NewGuid().ToString() },
            ParentTraceContext = request.ParentTraceContext,
            ScheduledStartTimestamp = request.ScheduledStartTimestamp,
        };
        var startAt = request.ScheduledStartTimestamp?.ToDateTime();
        Insert(start, parent: null, heldUntil: startAt > _now ? startAt : null);
    }

    /// <summary>Makes room for an instance of this id: an unfinished one is refused, a finished one forgotten.</summary>
    private void Replace(string id)
    {
        if (Find(id) is not { } existing)
            return;
        if (!existing.IsTerminal)
            throw new WorkflowException(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists");
        if (database.HasActivities(existing.Key))
            throw new WorkflowException(StatusCode.Unknown, $"a terminated workflow with ID '{id}' is already awaiting an activity result");
        if (ChildrenOf(existing).Any(HasUnfinished))
            throw new WorkflowException(StatusCode.AlreadyExists, $"an active workflow with ID '{id}' already exists: a child workflow still runs");
        Delete(existing);
    }

    private Instance Insert(ExecutionStartedEvent start, ParentLink? parent, DateTime? heldUntil = null)
    {
        var row = new InstanceRow(
            Key: 0, start.WorkflowInstance.InstanceId, start.Name, OrchestrationStatus.Pending, Generation: 0, Turns: 0, CustomStatus: null,
            Created: _now, Updated: _now, heldUntil, parent);
        var instance = new Instance(row with { Key = database.Insert(row) }) { Progress = new Progress() };
        _instances.Add(instance);
        if (heldUntil is { } due)
            AddTimer(new TimerRow(due, 0, instance.Key, 0, TimerRow.Release));

        var started = HistoryEvents.At(_now);
        started.Router = new TaskRouter { SourceAppID = options.AppId };
        started.ExecutionStarted = start;
        Deliver(instance, started);
        return instance;
    }

    private void StartChild(Instance parent, int taskId, ExecutionStartedEvent start, TaskRouter? router)
    {
        if (IsForeign(router))
        {
            FailChild(parent, taskId, ForeignApp(router));
            return;
        }

        var id = start.WorkflowInstance.InstanceId;
        try
        {
            Replace(id);
        }
        catch (WorkflowException refusal)
        {
            FailChild(parent, taskId, refusal.Message);
            return;
        }

        Insert(start, new ParentLink(parent.Key, parent.Row.Generation));
    }

    private void FailChild(Instance parent, int taskId, string message)
    {
        var failed = HistoryEvents.At(_now);
        failed.ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent
        {
            TaskScheduledId = taskId,
            FailureDetails = new TaskFailureDetails { ErrorType = "ChildWorkflowNotCreated", ErrorMessage = message },
        };
        Deliver(parent, failed);
    }

    private bool IsForeign([NotNullWhen(true)] TaskRouter? router) => router is { HasTargetAppID: true } && router.TargetAppID != options.AppId;

    private static string ForeignApp(TaskRouter router) => $"The embedded sidecar runs one application; '{router.TargetAppID}' is another one.";

    /// <summary>Every child that the current generation ever created.</summary>
    private IEnumerable<Instance> ChildrenOf(Instance instance) =>
        EventsOf(instance)
            .Where(e => e.ChildWorkflowInstanceCreated is not null)
            .Select(e => e.ChildWorkflowInstanceCreated.InstanceId)
            .Distinct(StringComparer.Ordinal)
            .Select(Find)
            .OfType<Instance>()
            .Where(child => child.Row.Parent?.Key == instance.Key);

    private bool HasUnfinished(Instance instance) => !instance.IsTerminal || ChildrenOf(instance).Any(HasUnfinished);

    private void Delete(Instance instance)
    {
        Revoke(EndTurn(instance));
        foreach (var (id, timer) in Load(instance).Timers)
            DeleteTimer(instance, id, timer.FireAt);
        if (instance.Row.HeldUntil is { } due)
            database.Delete(new TimerRow(due, 0, instance.Key, instance.Row.Generation, TimerRow.Release));
        foreach (var activity in _activities.Keys.Where(key => key.Instance == instance.Key).ToList())
            EndActivity(activity);
        Rest(instance.Key);
        database.Delete(instance.Key);
        _instances.Remove(instance);
        _changed.Remove(instance);
        _stalled.Remove(instance.Key);
    }

    private void AddTimer(TimerRow timer)
    {
        database.Add(timer);
        timers.Add(timer.Due);
    }

    private void DeleteTimer(Instance instance, int timerId, Timestamp fireAt)
    {
        if (!HistoryEvents.IsSentinel(fireAt))
            database.Delete(HistoryEvents.Row(instance, timerId, fireAt));
    }
}
