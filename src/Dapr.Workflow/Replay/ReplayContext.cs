using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Replay;

/// <summary>The context of one turn: replays what the history holds and collects what it does not.</summary>
internal sealed class ReplayContext(
    string instanceId,
    string? executionId,
    IDaprSerializer serializer,
    ILoggerFactory loggers,
    TurnLoop loop,
    bool writesInputsWhileReplaying) : WorkflowContext
{
    private readonly CallSite _site = new(instanceId, DeterministicGuid.OfInstance(executionId ?? instanceId), serializer);
    private string _name = "";
    private object? _customStatus;
    private int _guids;

    public override string Name => _name;

    public override string InstanceId => instanceId;

    public override DateTime CurrentUtcDateTime => Now;

    public override bool IsReplaying => Replaying;

    public DateTime Now { get; set; }

    public bool Replaying { get; set; }

    /// <summary>This app's Dapr id, known once the start event named it.</summary>
    public string? AppId { get; set; }

    public OperationLog Operations { get; } = new();

    public ExternalEvents Events { get; } = new();

    public PatchLedger Patches { get; } = new();

    public Cancellations Cancellations { get; } = new(loop);

    /// <summary>Whether workflow code awaits something that the engine can complete.</summary>
    public bool IsAwaited => Operations.AreAwaited || Events.AreAwaited;

    /// <summary>Set by the first ContinueAsNew.</summary>
    public NextExecution? Next { get; private set; }

    public string? CustomStatus => _customStatus is null ? null : serializer.Serialize(_customStatus, _customStatus.GetType());

    public void StartAs(string name) => _name = name;

    public override bool IsPatched(string patchName) => Patches.IsTaken(patchName, Replaying);

    public override Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<Nothing>(name, input, options);

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        loop.EnsureOnTurn();
        var router = RouteTo(options?.TargetAppId);
        if (options?.RetryPolicy is not { } policy)
            return Attempt();

        var first = new TimerOriginActivityRetry { TaskExecutionId = _site.TaskExecutionId(Operations.NextId, name) };
        return Retry(policy, Attempt, fireAt => new TimerOperation(fireAt) { ActivityRetry = first });

        Task<T> Attempt() => Operations.Add(new ActivityOperation<T>(_site, name, InputOf(input), router)).Task;
    }

    public override Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<Nothing>(workflowName, input, options);

    public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(workflowName);
        loop.EnsureOnTurn();
        var router = RouteTo(options?.TargetAppId);
        if (options?.RetryPolicy is not { } policy)
            return Attempt();

        // One id is drawn for the timers and one more for each attempt, as histories of the official SDK have it.
        var first = new TimerOriginChildWorkflowRetry { InstanceId = ChildId() };
        return Retry(policy, Attempt, fireAt => new TimerOperation(fireAt) { ChildRetry = first });

        Task<TResult> Attempt() => Operations.Add(new ChildOperation<TResult>(_site, workflowName, ChildId(), InputOf(input), router)).Task;

        string ChildId() => options?.InstanceId ?? NewGuid().ToString();
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (fireAt.Kind != DateTimeKind.Utc)
            throw new ArgumentException("A timer needs a UTC instant.", nameof(fireAt));

        loop.EnsureOnTurn();
        var timer = Operations.Add(new TimerOperation(Timestamp.FromDateTime(fireAt)));
        Cancellations.Watch(() => timer.Cancel(cancellationToken), cancellationToken);
        return timer.Task;
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        loop.EnsureOnTurn();
        var waiter = new EventWaiter<T>(eventName, serializer);
        Cancellations.Watch(waiter.TryCancel, cancellationToken);
        if (!waiter.IsSettled)
            Events.Wait(waiter);
        return waiter.Task;
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        loop.EnsureOnTurn();
        if (timeout == TimeSpan.Zero)
            return Task.FromCanceled<T>(new CancellationToken(canceled: true));

        var waiter = new EventWaiter<T>(eventName, serializer);
        Operations.Add(timeout < TimeSpan.Zero
            ? TimerOperation.Sentinel(waiter)
            : new TimerOperation(Timestamp.FromDateTime(Now.Add(timeout)), waiter));
        Events.Wait(waiter);
        return waiter.Task;
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException(
        "Dapr's engine cannot deliver events sent by workflow code. Call an activity that uses DaprWorkflowClient.RaiseEventAsync.");

    public override void SetCustomStatus(object? customStatus) => _customStatus = customStatus;

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(System.Type type) => new ReplaySafeLogger(loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(loggers.CreateLogger<T>(), this);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        loop.EnsureOnTurn();
        if (Next is not null)
            return;
        Next = new NextExecution(Operations.NextId, serializer.Serialize(newInput, newInput?.GetType()), preserveUnprocessedEvents);
        Events.Close();
    }

    public override Guid NewGuid()
    {
        loop.EnsureOnTurn();
        return DeterministicGuid.Create(_site.InstanceGuid, $"{instanceId}_{_guids++}");
    }

    private async Task<T> Retry<T>(WorkflowRetryPolicy policy, Func<Task<T>> attempt, Func<Timestamp, TimerOperation> timerAt)
    {
        var firstAttemptAt = Now;
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await attempt();
            }
            catch (WorkflowTaskFailedException) when (failures < policy.MaxNumberOfAttempts && RetryDelay.IsLeft(policy, firstAttemptAt, Now))
            {
                await Operations.Add(timerAt(Timestamp.FromDateTime(RetryDelay.After(policy, failures, Now)))).Task;
            }
        }
    }

    private CallInput InputOf(object? input) =>
        Replaying && !writesInputsWhileReplaying ? new CallInput(input, null) : new CallInput(null, serializer.Serialize(input, input?.GetType()));

    private TaskRouter? RouteTo(string? targetAppId)
    {
        if (string.IsNullOrEmpty(targetAppId))
            return null;
        return AppId is not null
            ? new TaskRouter { SourceAppID = AppId, TargetAppID = targetAppId }
            : throw new NotSupportedException("The runtime did not name this app in the start event, so a task cannot be routed to another app.");
    }
}

/// <summary>What ContinueAsNew asked for, and from which action on the old execution no longer counts.</summary>
internal sealed record NextExecution(int ActionId, string Input, bool PreserveUnprocessedEvents);
