using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

internal sealed partial class EngineCore
{
    /// <summary>Stores what a worker answered to a turn. An answer that nothing waits for is dropped, as in daprd.</summary>
    public void CompleteTurn(WorkflowResponse response)
    {
        if (_instances.Find(response.InstanceId) is not { Turn: { Stream: not null } turn } instance
            || (response.CompletionToken.Length > 0 && response.CompletionToken != turn.Token))
        {
            log.ResultIgnored(response.InstanceId);
            return;
        }

        var progress = Load(instance);
        var start = progress.Start ?? turn.NewEvents.First(e => e.ExecutionStarted is not null).ExecutionStarted;
        var result = _rules.Apply(instance.Id, start, progress.Patches, turn.NewEvents, response, _now);
        EndTurn(instance);
        if (result.Stalled is { } reason)
        {
            Stall(instance, reason);
            return;
        }

        database.DeleteInbox(instance.Key, turn.LastSequence);
        var consumed = progress.Inbox.FindLastIndex(entry => entry.Sequence <= turn.LastSequence) + 1;
        progress.Inbox.RemoveRange(0, consumed);

        if (result.NextGeneration is { } next)
            ContinueAsNew(instance, next, response.CustomStatus, turn.LastSequence, tight: consumed == 1 && instance.Row.Turns == 0);
        else
            Advance(instance, progress, result, response.CustomStatus);

        if (instance.IsTerminal || instance.Row.HeldUntil is not null || instance.Progress!.Inbox.Count == 0)
            Rest(instance.Key);
        else
            _waitingInstances.Enqueue(instance.Key);
    }

    private void Advance(Instance instance, Progress progress, TurnResult result, string? customStatus)
    {
        instance.TightRounds = 0;
        Record(instance, progress, result.History);
        var status = result.Completion?.WorkflowStatus
            ?? (progress.IsSuspended ? OrchestrationStatus.Suspended : OrchestrationStatus.Running);
        Store(instance, instance.Row with
        {
            Status = status,
            Turns = instance.Row.Turns + 1,
            CustomStatus = customStatus,
            Created = instance.Row.Turns == 0 ? CreatedAt(result.History) : instance.Row.Created,
            Updated = _now,
        });

        foreach (var (created, child) in result.Children)
            StartChild(instance, created.EventId, child, created.Router);
        foreach (var scheduled in result.Activities)
            StartActivity(instance, scheduled);
        if (result.Completion is null)
            SetTimers(instance, result.Timers);
        else
            Finish(instance, progress, result.Completion, result.TerminateChildren);
    }

    /// <summary>Adds to the history of the instance; the caller counts the turn.</summary>
    private void Record(Instance instance, Progress progress, IReadOnlyList<HistoryEvent> events)
    {
        var encoded = HistoryEvents.EncodePast(events);
        database.AppendHistory(instance.Key, instance.Row.Turns, encoded);
        // A timer that guarded a wait goes with the event that ended the wait.
        foreach (var (id, timer) in progress.Append(encoded, events))
            DeleteTimer(instance, id, timer.FireAt);
        _instances.Grew(encoded.Length);
    }

    private void SetTimers(Instance instance, IReadOnlyList<(int TimerId, TimerCreatedEvent Timer)> created)
    {
        foreach (var (id, timer) in created)
        {
            if (HistoryEvents.IsSentinel(timer.FireAt))
                continue;
            var row = HistoryEvents.Row(instance, id, timer.FireAt);
            // Already due: it fires within this transaction, on its way to the next turn.
            if (row.Due <= _now)
                Fire(row);
            else
                AddTimer(row);
        }
    }

    private void Finish(Instance instance, Progress progress, ExecutionCompletedEvent completion, ExecutionTerminatedEvent? terminateChildren)
    {
        foreach (var (id, timer) in progress.Timers)
            DeleteTimer(instance, id, timer.FireAt);
        // What arrives at a finished instance is accepted and dropped; so is what had already arrived.
        if (progress.Inbox.Count > 0)
        {
            database.DeleteInbox(instance.Key, long.MaxValue);
            progress.Inbox.Clear();
        }

        if (configuration.Retention.Of(completion.WorkflowStatus) is { } kept)
            AddTimer(new TimerRow(kept < DateTime.MaxValue - _now ? _now + kept : DateTime.MaxValue, 0, instance.Key, instance.Row.Generation, TimerRow.Forget));

        if (terminateChildren is not null)
        {
            foreach (var child in progress.OpenChildren.Values.Select(Find).OfType<Instance>())
            {
                if (child.Row.Parent?.Key == instance.Key && !child.IsTerminal)
                    Terminate(child, terminateChildren);
            }
        }

        if (instance.Row.Parent is { } parent)
            TellParent(parent, progress.Start!.ParentInstance.TaskScheduledId, completion);
    }

    private void TellParent(ParentLink link, int taskId, ExecutionCompletedEvent completion)
    {
        // A child of an earlier generation is a straggler: its task id may mean something else by now.
        if (Find(link.Key) is not { IsTerminal: false } parent || parent.Row.Generation != link.Generation)
            return;
        var told = HistoryEvents.At(_now);
        if (completion.WorkflowStatus == OrchestrationStatus.Completed)
            told.ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = taskId, Result = completion.Result };
        else
            told.ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = taskId, FailureDetails = completion.FailureDetails };
        Deliver(parent, told);
    }

    private void ContinueAsNew(Instance instance, IReadOnlyList<HistoryEvent> events, string? customStatus, long freedSequence, bool tight)
    {
        var old = instance.Progress!;
        foreach (var (id, timer) in old.Timers)
            DeleteTimer(instance, id, timer.FireAt);
        database.DeleteHistory(instance.Key);

        instance.TightRounds = tight ? instance.TightRounds + 1 : 1;
        DateTime? heldUntil = null;
        if (instance.TightRounds >= settings.TightRounds)
        {
            log.TightLoop(instance.Id, instance.TightRounds);
            instance.TightRounds = 0;
            heldUntil = _now + settings.TightRoundsPause;
        }

        Store(instance, instance.Row with
        {
            Status = OrchestrationStatus.Running,
            Generation = instance.Row.Generation + 1,
            Turns = 0,
            CustomStatus = customStatus,
            Created = _now,
            Updated = _now,
            HeldUntil = heldUntil,
        });
        if (heldUntil is { } due)
            AddTimer(new TimerRow(due, 0, instance.Key, instance.Row.Generation, TimerRow.Release));

        // The new generation's first events go before whatever arrived meanwhile: they take the place of what this turn consumed.
        var encoded = HistoryEvents.EncodeNew(events);
        database.AddToInbox(instance.Key, freedSequence, encoded);
        var next = new Progress();
        next.Inbox.Add(new InboxEntry(freedSequence, encoded, events));
        next.Inbox.AddRange(old.Inbox);
        instance.Progress = next;
        _instances.Grew(-old.HistoryBytes);
    }

    private void StartActivity(Instance instance, HistoryEvent scheduled)
    {
        var task = scheduled.TaskScheduled;
        if (IsForeign(scheduled.Router))
        {
            var failed = HistoryEvents.At(_now);
            failed.TaskFailed = new TaskFailedEvent
            {
                TaskScheduledId = scheduled.EventId,
                TaskExecutionId = task.TaskExecutionId,
                FailureDetails = new TaskFailureDetails { ErrorType = "UnsupportedTargetApp", ErrorMessage = ForeignApp(scheduled.Router) },
            };
            Deliver(instance, failed);
            return;
        }

        var key = new ActivityKey(instance.Key, instance.Row.Generation, scheduled.EventId);
        var request = new ActivityRequest
        {
            Name = task.Name,
            Version = task.Version,
            Input = task.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = instance.Id },
            TaskId = scheduled.EventId,
            ParentTraceContext = task.ParentTraceContext,
            TaskExecutionId = task.TaskExecutionId,
        }.ToByteArray();
        database.AddActivity(key, request);
        AddActivity(key, request);
    }

    private static DateTime CreatedAt(IEnumerable<HistoryEvent> history) =>
        history.First(e => e.ExecutionStarted is not null).Timestamp.ToDateTime();
}
