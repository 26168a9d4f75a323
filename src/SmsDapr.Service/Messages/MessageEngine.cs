using Dapr.Workflow;
using Grpc.Core;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Messages;

/// <summary>Starts, finds and wakes the workflow of a message; its instance id is the message id.</summary>
internal sealed partial class MessageEngine(DaprWorkflowClient workflows, ILogger<MessageEngine> logger)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NudgeLimit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The commit point of acceptance: when this returns, the workflow exists. Throws when it certainly or possibly does not,
    /// and starting again is harmless.
    /// </summary>
    public async Task StartAsync(string messageId, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(MessageWorkflow), messageId, new MessageRun(messageId), null, limit.Token);
        }
        catch (Exception e) when (IsOpenOutcome(e) && !cancellation.IsCancellationRequested)
        {
            // The start call waits for the first turn, so without a worker it times out though the workflow is stored.
            if (!await ExistsAsync(messageId, cancellation))
                throw new WorkflowUnavailableException(e);
        }
    }

    public async Task<bool> ExistsAsync(string messageId, CancellationToken cancellation) =>
        (await FindAsync(messageId, cancellation)).Exists;

    public Task<WorkflowState> FindAsync(string messageId, CancellationToken cancellation) =>
        workflows.GetWorkflowStateAsync(messageId, getInputsAndOutputs: false, cancellation);

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
        catch (Exception e) when (e is RpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            LogNotNudged(logger, message.Id, e is RpcException rpc ? rpc.StatusCode.ToString() : "timeout");
            return false;
        }
    }

    private static bool IsOpenOutcome(Exception e) => e is RpcException or OperationCanceledException;

    [LoggerMessage(2002, LogLevel.Warning, "The workflow of message {MessageId} could not be nudged ({Failure}); it looks again by itself")]
    private static partial void LogNotNudged(ILogger logger, string messageId, string failure);
}

/// <summary>The workflow engine does not answer, so nothing can be accepted.</summary>
internal sealed class WorkflowUnavailableException(Exception inner)
    : SidecarUnavailableException("The workflow engine did not take the message.", inner);
