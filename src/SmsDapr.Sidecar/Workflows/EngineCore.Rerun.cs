using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

internal sealed partial class EngineCore
{
    /// <summary>Starts a new instance with a finished one's history up to an event, and does that event again.</summary>
    public string Rerun(RerunWorkflowFromEventRequest request)
    {
        if (request.SourceInstanceID.Length == 0)
            throw new WorkflowException(StatusCode.InvalidArgument, "rerun workflow source instance ID is required");
        var id = request.HasNewInstanceID ? request.NewInstanceID : Guid.NewGuid().ToString();
        if (id == request.SourceInstanceID)
            throw new WorkflowException(StatusCode.InvalidArgument, "rerun workflow instance ID must be different from the original instance ID");
        var source = RerunSource(request.SourceInstanceID);
        if (Find(id) is not null)
            throw new WorkflowException(StatusCode.AlreadyExists, $"workflow '{id}' has already been created");

        var history = EventsUpTo(source, request);
        var progress = new Progress();
        var encoded = HistoryEvents.EncodePast(Renamed(history, id));
        progress.Append(encoded, HistoryEvents.DecodePast(encoded));
        var row = new InstanceRow(
            Key: 0, id, source.Row.Name, OrchestrationStatus.Running, Generation: 0, Turns: 1, CustomStatus: null,
            Created: CreatedAt(history), Updated: _now, HeldUntil: null, Parent: null);
        var instance = new Instance(row with { Key = database.Insert(row) }) { Progress = progress };
        _instances.Add(instance);
        _instances.Grew(encoded.Length);
        _changed.Add(instance);
        database.AppendHistory(instance.Key, 0, encoded);
        Redo(instance, history, request);
        return id;
    }

    private Instance RerunSource(string id)
    {
        var source = Find(id) ?? throw new WorkflowException(StatusCode.NotFound, $"workflow instance does not exist with ID '{id}'");
        if (!source.IsTerminal)
            throw new WorkflowException(StatusCode.InvalidArgument, $"'{id}' is not in a terminal state");
        if (source.Row.Parent is not null)
            throw new WorkflowException(StatusCode.InvalidArgument, $"'{id}': cannot rerun from child-workflows");
        return source;
    }

    private List<HistoryEvent> EventsUpTo(Instance source, RerunWorkflowFromEventRequest request)
    {
        var history = new List<HistoryEvent>();
        foreach (var item in EventsOf(source))
        {
            history.Add(item);
            if (item.EventId != request.EventID)
                continue;
            if (item is { TaskScheduled: null, TimerCreated: null, ChildWorkflowInstanceCreated: null })
                break;
            Retarget(item, request);
            item.Timestamp = HistoryEvents.At(_now).Timestamp;
            return history;
        }

        throw new WorkflowException(
            StatusCode.NotFound,
            history.Count > 0 && history[^1].EventId == request.EventID
                ? $"target event '{history[^1].EventTypeCase}' with ID '{request.EventID}' is not an event that can be rerun"
                : $"does not have history event with ID '{request.EventID}'");
    }

    private static void Retarget(HistoryEvent target, RerunWorkflowFromEventRequest request)
    {
        var source = new RerunParentInstanceInfo { InstanceID = request.SourceInstanceID };
        if (target.ChildWorkflowInstanceCreated is { } child)
        {
            child.RerunParentInstanceInfo = source;
            if (request.OverwriteInput)
                child.Input = request.Input;
            return;
        }

        var kind = target.TimerCreated is null ? "activity" : "timer";
        if (request.HasNewChildWorkflowInstanceID)
            throw new WorkflowException(StatusCode.InvalidArgument, $"cannot set new child workflow instance ID on {kind} event '{request.EventID}'");
        if (target.TaskScheduled is { } task)
        {
            task.RerunParentInstanceInfo = source;
            if (request.OverwriteInput)
                task.Input = request.Input;
            return;
        }

        if (request.OverwriteInput)
            throw new WorkflowException(StatusCode.InvalidArgument, $"cannot write input to timer event '{request.EventID}'");
        target.TimerCreated!.RerunParentInstanceInfo = source;
    }

    private static List<HistoryEvent> Renamed(List<HistoryEvent> history, string id)
    {
        var start = history.First(e => e.ExecutionStarted is not null).ExecutionStarted;
        start.WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() };
        return history;
    }

    /// <summary>Does again what has no result within the copied history: the target, and what ran beside it.</summary>
    private void Redo(Instance instance, List<HistoryEvent> history, RerunWorkflowFromEventRequest request)
    {
        var finished = history
            .Select(e => e.TaskCompleted?.TaskScheduledId ?? e.TaskFailed?.TaskScheduledId)
            .OfType<int>()
            .ToHashSet();
        foreach (var scheduled in history.Where(e => e.TaskScheduled is not null && !finished.Contains(e.EventId)))
            StartActivity(instance, scheduled);
        SetTimers(instance, [.. instance.Progress!.Timers.Select(timer => (timer.Key, timer.Value))]);
        foreach (var created in history.Where(e => e.ChildWorkflowInstanceCreated is not null && instance.Progress.OpenChildren.ContainsKey(e.EventId)))
        {
            var isTarget = created.EventId == request.EventID;
            var childId = isTarget && request.HasNewChildWorkflowInstanceID ? request.NewChildWorkflowInstanceID : $"{instance.Id}:{created.EventId:x4}";
            StartChild(instance, created.EventId, _rules.ChildStart(instance.Id, instance.Progress.Start!, created, childId), created.Router);
        }
    }
}
