using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>The only source of time, randomness and awaitable tasks in workflow code.</summary>
/// <remarks>
/// It works on the turn's own thread. Cancel waits with <see cref="CancellationTokenSource.Cancel()"/>: <c>CancelAsync</c> and <c>CancelAfter</c> do it
/// from another thread, which fails the workflow.
/// </remarks>
public abstract class WorkflowContext : IWorkflowContext
{
    /// <summary>The name that the workflow was started by.</summary>
    public abstract string Name { get; }

    /// <summary>The instance's id.</summary>
    public abstract string InstanceId { get; }

    /// <inheritdoc/>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <inheritdoc/>
    public abstract bool IsReplaying { get; }

    /// <inheritdoc/>
    public abstract bool IsPatched(string patchName);

    /// <summary>Runs an activity and ignores its result.</summary>
    /// <param name="name">The activity's registered name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Retry policy and target app.</param>
    /// <returns>Fails with <see cref="WorkflowTaskFailedException"/> when the activity failed and no retry is left.</returns>
    public virtual Task CallActivityAsync(string name, object? input = null, WorkflowTaskOptions? options = null) =>
        CallActivityAsync<object>(name, input, options);

    /// <summary>Runs an activity.</summary>
    /// <typeparam name="T">What the activity's JSON result is read as.</typeparam>
    /// <param name="name">The activity's registered name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Retry policy and target app.</param>
    /// <returns>The result. Fails with <see cref="WorkflowTaskFailedException"/> when the activity failed and no retry is left.</returns>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null);

    /// <summary>Waits durably, counted from <see cref="CurrentUtcDateTime"/>.</summary>
    /// <param name="delay">Zero or negative fires at once.</param>
    /// <param name="cancellationToken">Cancels the wait; the timer itself stays with the engine and is ignored when it fires.</param>
    /// <returns>Completes when the timer fired; cancelled when the token is.</returns>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken = default) =>
        CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>Waits durably until an instant.</summary>
    /// <param name="fireAt">Kind UTC.</param>
    /// <param name="cancellationToken">Cancels the wait; the timer itself stays with the engine and is ignored when it fires.</param>
    /// <returns>Completes when the timer fired; cancelled when the token is.</returns>
    /// <exception cref="ArgumentException">The kind of <paramref name="fireAt"/> is not UTC.</exception>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event without limit. Events that arrive early are kept; waiters of one name are served in order.</summary>
    /// <typeparam name="T">What the JSON payload is read as; an empty payload is <see langword="default"/>.</typeparam>
    /// <param name="eventName">Compared without regard to case.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The payload.</returns>
    public abstract Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event with a time limit.</summary>
    /// <typeparam name="T">What the JSON payload is read as; an empty payload is <see langword="default"/>.</typeparam>
    /// <param name="eventName">Compared without regard to case.</param>
    /// <param name="timeout">Zero is cancelled at once; negative waits without limit.</param>
    /// <returns>The payload; cancelled (<see cref="TaskCanceledException"/>) when the time is over first.</returns>
    public virtual async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        using var eventWait = new CancellationTokenSource();
        using var timerWait = new CancellationTokenSource();
        var raised = WaitForExternalEventAsync<T>(eventName, eventWait.Token);
        var limit = CreateTimer(timeout, timerWait.Token);
        (await Task.WhenAny(raised, limit) == raised ? timerWait : eventWait).Cancel();
        return await raised;
    }

    /// <summary>Not available: Dapr's engine has no delivery for it and would repeat the turn for ever.</summary>
    /// <param name="instanceId">The receiving instance.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="payload">The event's payload.</param>
    /// <exception cref="NotSupportedException">Always. Raise the event from an activity instead.</exception>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets the status text that <see cref="WorkflowState.ReadCustomStatusAs{T}"/> reads, from the end of this turn on.</summary>
    /// <param name="customStatus">Written as JSON at the end of the turn; <see langword="null"/> clears it.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Runs another workflow as a child.</summary>
    /// <typeparam name="TResult">What the child's JSON output is read as.</typeparam>
    /// <param name="workflowName">The child's registered name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Instance id, retry policy and target app.</param>
    /// <returns>The output. Fails with <see cref="WorkflowTaskFailedException"/> when the child did not complete and no retry is left.</returns>
    public abstract Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null);

    /// <summary>Runs another workflow as a child and ignores its output.</summary>
    /// <param name="workflowName">The child's registered name.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="options">Instance id, retry policy and target app.</param>
    /// <returns>Fails with <see cref="WorkflowTaskFailedException"/> when the child did not complete and no retry is left.</returns>
    public virtual Task CallChildWorkflowAsync(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
        CallChildWorkflowAsync<object>(workflowName, input, options);

    /// <summary>A logger that is silent while replaying.</summary>
    /// <param name="categoryName">The log category.</param>
    /// <returns>The logger, for use within this turn.</returns>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);

    /// <summary>A logger that is silent while replaying.</summary>
    /// <param name="type">Its full name is the log category.</param>
    /// <returns>The logger, for use within this turn.</returns>
    public abstract ILogger CreateReplaySafeLogger(Type type);

    /// <summary>A logger that is silent while replaying.</summary>
    /// <typeparam name="T">Its full name is the log category.</typeparam>
    /// <returns>The logger, for use within this turn.</returns>
    public abstract ILogger CreateReplaySafeLogger<T>();

    /// <summary>
    /// Ends this execution and starts the workflow anew under the same id with an empty history. Return right after the call, and with no
    /// activity or child outstanding: a straggling result could resolve a task of the next execution. The first call counts.
    /// </summary>
    /// <param name="newInput">Written as JSON.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that nobody waited for reach the next execution.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A GUID that is the same on every replay. It repeats in each ContinueAsNew execution.</summary>
    /// <returns>A version 5 UUID.</returns>
    public abstract Guid NewGuid();
}
