using Dapr.Workflow;
using Grpc.Core;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Messages;

/// <summary>Starts, finds and wakes the workflow of a message; its instance id is the message id.</summary>
internal sealed partial class MessageEngine(DaprWorkflowClient workflows, ILogger<MessageEngine> logger)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NudgeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RemoveLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The commit point of acceptance: when this returns, the workflow exists. Throws when it certainly or possibly does not,
    /// and starting again is harmless.
    /// </summary>
    public Task StartAsync(string messageId, CancellationToken cancellation) =>
        StartAsync(nameof(MessageWorkflow), messageId, new MessageRun(messageId), cancellation);

    /// <summary>When this returns, the instance exists; it may have before. Throws when it certainly or possibly does not.</summary>
    public async Task StartAsync(string workflow, string instanceId, object input, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(workflow, instanceId, input, null, limit.Token);
        }
        catch (Exception e) when (IsOpenOutcome(e) && !cancellation.IsCancellationRequested)
        {
            // The start call waits for the first turn, so without a worker it times out though the workflow is stored.
            if (!await ExistsAsync(instanceId, cancellation))
                throw new WorkflowUnavailableException(e);
        }
    }

    public async Task<bool> ExistsAsync(string messageId, CancellationToken cancellation) =>
        (await FindAsync(messageId, cancellation)).Exists;

    public async Task<WorkflowState> FindAsync(string messageId, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(FindLimit);
        try
        {
            return await workflows.GetWorkflowStateAsync(messageId, getInputsAndOutputs: false, limit.Token);
        }
        catch (Exception e) when (IsOpenOutcome(e) && limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new WorkflowUnavailableException(e);
        }
    }

    /// <summary>
    /// Says «look again». Best effort: the record is stored already, and the workflow's own timer or the reconciler finds it.
    /// False when the engine did not take it.
    /// </summary>
    public async Task<bool> NudgeAsync(Message message, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(NudgeLimit);
        try
        {
            // A final message that still holds a day slot has something left to do for the workflow.
            var nudge = new Nudge(Final: message.DeliveryUnconfirmed || (message.IsFinal && !message.OwesSlot));
            await workflows.RaiseEventAsync(message.Id, MessageWorkflow.NudgeEvent, nudge, limit.Token);
            return true;
        }
        catch (RpcException e) when (message.IsOver && IsMissing(e))
        {
            // Purged: there is nothing left to be told.
            return true;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            LogNotNudged(logger, message.Id, e is RpcException rpc ? rpc.StatusCode.ToString() : "timeout");
            return false;
        }
    }

    /// <summary>Removes a workflow that has ended; false when it has not, or the engine does not answer.</summary>
    public Task<bool> TryPurgeAsync(string messageId, CancellationToken cancellation) => TryRemoveAsync(messageId, ends: false, cancellation);

    /// <summary>Ends a workflow wherever it stands and removes it; false when it has to be tried again.</summary>
    public Task<bool> TryRemoveAsync(string messageId, CancellationToken cancellation) => TryRemoveAsync(messageId, ends: true, cancellation);

    private async Task<bool> TryRemoveAsync(string messageId, bool ends, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RemoveLimit);
        try
        {
            var workflow = await workflows.GetWorkflowStateAsync(messageId, getInputsAndOutputs: false, limit.Token);
            if (!workflow.Exists)
                return true;
            if (!workflow.IsWorkflowCompleted && !ends)
                return false;
            if (!workflow.IsWorkflowCompleted)
                await workflows.TerminateWorkflowAsync(messageId, output: null, limit.Token);
            await workflows.PurgeInstanceAsync(messageId, limit.Token);
            return true;
        }
        catch (Exception e) when (IsOpenOutcome(e) && !cancellation.IsCancellationRequested)
        {
            LogNotRemoved(logger, messageId, e is RpcException rpc ? rpc.StatusCode.ToString() : "timeout");
            return false;
        }
    }

    private static bool IsMissing(RpcException e) =>
        e.StatusCode == StatusCode.NotFound || e.Status.Detail.Contains("no such instance exists", StringComparison.OrdinalIgnoreCase);

    private static bool IsOpenOutcome(Exception e) => e is RpcException or OperationCanceledException;

    [LoggerMessage(2004, LogLevel.Warning, "The workflow of message {MessageId} could not be removed ({Failure}); it is tried again")]
    private static partial void LogNotRemoved(ILogger logger, string messageId, string failure);

    [LoggerMessage(2002, LogLevel.Warning, "The workflow of message {MessageId} could not be nudged ({Failure}); it looks again by itself")]
    private static partial void LogNotNudged(ILogger logger, string messageId, string failure);
}

/// <summary>The workflow engine does not answer, so nothing can be accepted.</summary>
internal sealed class WorkflowUnavailableException(Exception inner)
    : SidecarUnavailableException("The workflow engine does not answer.", inner);
