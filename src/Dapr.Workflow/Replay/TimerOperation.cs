using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Replay;

/// <summary>A durable timer: a plain one, the delay before a retry, or the limit of a wait for an event.</summary>
internal sealed class TimerOperation(Timestamp fireAt, EventWaiter? limits = null) : Operation
{
    // What the engine knows an indefinite wait by; it never fires.
    private static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };

    private readonly TaskCompletionSource _fired = new();

    public Task Task => _fired.Task;

    /// <summary>Set for the delay before another attempt of an activity.</summary>
    public TimerOriginActivityRetry? ActivityRetry { get; init; }

    /// <summary>Set for the delay before another attempt of a child workflow.</summary>
    public TimerOriginChildWorkflowRetry? ChildRetry { get; init; }

    /// <summary>Whether histories from before sentinel timers may lack it.</summary>
    public bool IsSentinel => limits is not null && fireAt.Equals(Never);

    public override bool IsSettled => _fired.Task.IsCompleted || limits is { IsSettled: true };

    // A wait with a limit is awaited through its waiter.
    public override bool IsAwaited => limits is null ? Awaits.IsAwaited(_fired.Task) : limits.IsAwaited;

    public override string Description => limits is null ? "a timer" : $"a timer for event '{limits.Name}'";

    public static TimerOperation Sentinel(EventWaiter waiter) => new(Never, waiter);

    public static bool IsSentinelEvent(HistoryEvent created) => created.TimerCreated is { } timer && Never.Equals(timer.FireAt);

    public void Fire() => TurnLoop.Settle(() =>
    {
        if (limits is null)
            _fired.TrySetResult();
        else
            limits.TryCancel();
    });

    public void Cancel(CancellationToken token) => TurnLoop.Settle(() => _fired.TrySetCanceled(token));

    public override bool Matches(HistoryEvent scheduled) => scheduled.EventTypeCase == HistoryEvent.EventTypeOneofCase.TimerCreated;

    public override WorkflowAction ToAction()
    {
        var timer = new CreateTimerAction { FireAt = fireAt };
        if (limits is not null)
        {
            // Runtimes before 1.18 know the event only by the timer's name.
            timer.Name = limits.Name;
            timer.ExternalEvent = new TimerOriginExternalEvent { Name = limits.Name };
        }
        else if (ActivityRetry is not null)
            timer.ActivityRetry = ActivityRetry;
        else if (ChildRetry is not null)
            timer.ChildWorkflowRetry = ChildRetry;
        else
            timer.CreateTimer = new TimerOriginCreateTimer();

        return new WorkflowAction { Id = Id, CreateTimer = timer };
    }
}
