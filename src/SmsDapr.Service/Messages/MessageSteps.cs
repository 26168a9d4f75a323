using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Messages;

/// <summary>
/// The steps of the workflow. Each reads the record, does what it calls for and answers when to look again; a lost
/// compare-and-set means that someone else moved the message, so it is read once more.
/// </summary>
internal sealed partial class MessageSteps(
    MessageRepository messages,
    SendGuard guard,
    AttemptMaker attempts,
    SettledMessages settled,
    SlotKeeper slots,
    IClock clock,
    ILogger<MessageSteps> logger)
{
    /// <summary>Takes the message on. Adopts whatever is stored, so a workflow that is started again does no harm.</summary>
    public async Task<NextStep> AcceptAsync(string id, CancellationToken cancellation)
    {
        var accepted = await messages.ApplyAsync(id, message => message.Accept(clock.GetCurrentInstant()), cancellation) switch
        {
            Transition.Changed { Next: var message } => message,
            Transition.Unchanged { Current: var message } => message,
            _ => null,
        };
        return accepted switch
        {
            null => Missing(id),
            { Status: MessageStatus.Scheduled } => NextStep.WaitUntil(accepted.DueAt),
            _ => await LookAsync(id, cancellation),
        };
    }

    /// <summary>Sends what is due, settles what is open.</summary>
    public async Task<NextStep> LookAsync(string id, CancellationToken cancellation)
    {
        while (await messages.FindAsync(id, cancellation) is { } version)
        {
            var step = version.Value.Status switch
            {
                MessageStatus.Scheduled => await SendAsync(version, cancellation),
                MessageStatus.Sending => await SettleAsync(version, cancellation),
                MessageStatus.Sent when version.Value.DeliveryUnconfirmed => NextStep.Over("Unconfirmed"),
                MessageStatus.Sent => NextStep.AwaitReceipt,
                _ => await FinishAsync(version.Value, cancellation),
            };
            if (step is not null)
                return step;
        }

        return Missing(id);
    }

    private async Task<NextStep?> SendAsync(Document<Message> version, CancellationToken cancellation)
    {
        if (!version.Value.Accepted)
        {
            // The accept step failed and the workflow went on; nothing goes out before the message is taken on.
            return await AcceptAsync(version.Value.Id, cancellation);
        }

        return await guard.PassAsync(version, cancellation) switch
        {
            GuardResult.Wait wait => NextStep.WaitUntil(wait.Until),
            GuardResult.Begun begun => await attempts.MakeAsync(begun.Message, begun.LeavesBefore, cancellation) is { Status: MessageStatus.Sent }
                ? NextStep.AwaitReceipt
                : null,
            _ => null,
        };
    }

    private async Task<NextStep?> SettleAsync(Document<Message> version, CancellationToken cancellation)
    {
        if (await attempts.SettleAsync(version, cancellation) is { } lookAgainAt)
            return NextStep.WaitUntil(lookAgainAt);
        return null;
    }

    private async Task<NextStep> FinishAsync(Message message, CancellationToken cancellation)
    {
        if (!message.EverAccepted)
            await slots.GiveBackAllAsync(message, cancellation);
        settled.Add(message.Id, Settlement.WorkflowTold);
        return NextStep.Over(message.Status.ToString());
    }

    private NextStep Missing(string id)
    {
        LogMissing(logger, id);
        return NextStep.Over("Missing");
    }

    [LoggerMessage(2003, LogLevel.Warning, "The workflow of message {MessageId} found no record; nothing was accepted under this id")]
    private static partial void LogMissing(ILogger logger, string messageId);
}
