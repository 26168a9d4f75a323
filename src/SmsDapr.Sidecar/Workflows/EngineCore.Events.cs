using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Dispatch;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>What reaches an instance from outside its turns: external events, control, activity results, timers.</summary>
internal sealed partial class EngineCore
{
    private const int TimersPerTransaction = 512;

    public void Raise(string instanceId, string name, string? input)
    {
        var instance = Existing(instanceId);
        if (instance.Row.Status == OrchestrationStatus.Stalled)
            throw new WorkflowException(StatusCode.Unknown, "workflow is stalled");
        if (instance.IsTerminal)
            return;
        var raised = HistoryEvents.At(NextEventTime());
        raised.EventRaised = new EventRaisedEvent { Name = name, Input = input };
        Deliver(instance, raised);
    }

    public void Suspend(string instanceId, string? reason)
    {
        var suspended = HistoryEvents.At(_now);
        suspended.ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason };
        Control(Existing(instanceId), suspended);
    }

    public void Resume(string instanceId, string? reason)
    {
        var resumed = HistoryEvents.At(_now);
        resumed.ExecutionResumed = new ExecutionResumedEvent { Input = reason };
        Control(Existing(instanceId), resumed);
    }

    public void Terminate(string instanceId, string? output, bool recursive) =>
        Terminate(Existing(instanceId), new ExecutionTerminatedEvent { Input = output, Recurse = recursive });

    private void Terminate(Instance instance, ExecutionTerminatedEvent termination)
    {
        var terminated = HistoryEvents.At(_now);
        terminated.ExecutionTerminated = termination;
        Control(instance, terminated);
        if (instance.IsTerminal)
            return;

        // Its end does not wait for its start.
        if (instance.Row.HeldUntil is { } start)
        {
            database.Delete(new TimerRow(start, 0, instance.Key, instance.Row.Generation, TimerRow.Release));
            Release(instance);
        }

        // No worker can take a stalled turn; the engine ends the instance itself.
        if (instance is { Row.Status: OrchestrationStatus.Stalled, Turn: null })
        {
            instance.Turn = NextTurn(instance);
            instance.Turn.Stream = new WorkerStream();
            CompleteTurn(new WorkflowResponse { InstanceId = instance.Id });
        }
    }

    public void CompleteActivity(ActivityResponse response)
    {
        if (KeyOf(response) is not { } key)
        {
            log.ResultIgnored(response.InstanceId);
            return;
        }

        var request = _activities.TryGetValue(key, out var pending) ? pending.Run?.Request ?? pending.Request : null;
        request ??= database.Activity(key);
        if (request is null || !database.DeleteActivity(key))
        {
            log.ResultIgnored(response.InstanceId);
            return;
        }

        EndActivity(key);
        // A result of an earlier generation has had its effect; the workflow that asked for it is gone.
        if (Find(key.Instance) is not { IsTerminal: false } instance || instance.Row.Generation != key.Generation)
            return;

        var done = HistoryEvents.At(_now);
        var executionId = ActivityRequest.Parser.ParseFrom(request).TaskExecutionId;
        if (response.FailureDetails is { } failure)
            done.TaskFailed = new TaskFailedEvent { TaskScheduledId = key.TaskId, FailureDetails = failure, TaskExecutionId = executionId };
        else
            done.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = key.TaskId, Result = response.Result, TaskExecutionId = executionId };
        Deliver(instance, done);
    }

    /// <summary>Fires what is due. True: there is more, for another transaction.</summary>
    public bool FireTimers()
    {
        var due = database.DueTimers(_now, TimersPerTransaction);
        foreach (var row in due)
        {
            database.Delete(row);
            switch (row.TimerId)
            {
                case TimerRow.Release:
                    if (Find(row.Instance) is { IsTerminal: false, Row.HeldUntil: not null } held)
                        Release(held);
                    break;
                case TimerRow.Forget:
                    // Purged or replaced meanwhile, it is not there any more.
                    if (Find(row.Instance) is { IsTerminal: true } finished)
                        Delete(finished);
                    break;
                default:
                    Fire(row);
                    break;
            }
        }

        timers.Fired(database.NextTimer(), _now);
        return due.Count == TimersPerTransaction;
    }

    private void Fire(TimerRow row)
    {
        // Timers are removed with their generation and with their instance, so this one is wanted. A sleeping instance
        // is not even read here: its next turn reads it.
        var fired = HistoryEvents.At(_now);
        var fireAt = row.Due.ToTimestamp();
        fireAt.Nanos += row.Nanoseconds;
        fired.TimerFired = new TimerFiredEvent { TimerId = row.TimerId, FireAt = fireAt };
        AddToInbox(row.Instance, [fired]);
        MakeRunnable(row.Instance);
    }

    private void Control(Instance instance, HistoryEvent control)
    {
        if (!instance.IsTerminal)
            Deliver(instance, control);
    }

    private void Release(Instance instance)
    {
        Store(instance, instance.Row with { HeldUntil = null });
        MakeRunnable(instance.Key);
    }

    private ActivityKey? KeyOf(ActivityResponse response) =>
        response.CompletionToken.Length > 0
            ? ActivityToken.Parse(response.CompletionToken)
            : Find(response.InstanceId) is { } instance ? new ActivityKey(instance.Key, instance.Row.Generation, response.TaskId) : null;

    /// <summary>Never the same twice: workers and daprd tell events of one name apart by their time.</summary>
    private DateTime NextEventTime()
    {
        _lastEventTicks = Math.Max(_now.Ticks, _lastEventTicks + 1);
        return new DateTime(_lastEventTicks, DateTimeKind.Utc);
    }
}
