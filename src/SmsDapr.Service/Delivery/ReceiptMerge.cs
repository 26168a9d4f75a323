using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// Merges what Twilio says of an attempt, in a receipt or when asked, and does what follows from it: stored first, then the
/// user opted out, the account paused, the workflow nudged.
/// </summary>
internal sealed class ReceiptMerge(
    MessageRepository messages, MessageEngine engine, SettledMessages settled, IUserDirectory users, SendingPause pause, SmsOptions options)
{
    /// <summary>Twilio repeats a receipt that was not stored within a minute at most.</summary>
    private static readonly Duration Repeats = Duration.FromMinutes(1);

    /// <summary>The record as it is then; null when the fact does not fit it or there is none.</summary>
    public async Task<Message?> TakeAsync(string messageId, ReceiptFact fact, CancellationToken cancellation)
    {
        var hadEnded = false;
        var transition = await messages.ApplyAsync(
            messageId,
            message =>
            {
                hadEnded = message.DeliveryUnconfirmed;
                return message.ApplyReceipt(fact, options.Retry);
            },
            cancellation);
        switch (transition)
        {
            case Transition.Changed { Next: var next }:
                await FollowAsync(next, fact, hadEnded, cancellation);
                return next;
            case Transition.Unchanged { Current: var current }:
                // The process may have died between storing this very receipt and what follows from it.
                var isJustStored = IsJustStored(current, fact);
                if (isJustStored)
                    await HeedAsync(current, fact, cancellation);
                if (current.IsFinal ? !settled.Contains(messageId) : isJustStored && current.Status == MessageStatus.Scheduled)
                    await engine.NudgeAsync(current, cancellation);
                return current;
            default:
                return null;
        }
    }

    private async Task FollowAsync(Message next, ReceiptFact fact, bool hadEnded, CancellationToken cancellation)
    {
        await HeedAsync(next, fact, cancellation);

        // The workflow of an unconfirmed message is over; a failure that comes after all is worth another attempt.
        if (hadEnded && next.Status == MessageStatus.Scheduled)
            await engine.StartAsync(next.Id, cancellation);
        else if (next.Status != MessageStatus.Sent)
            await NudgeAsync(next, cancellation);
    }

    /// <summary>Whether this is the receipt of a failure that was stored a moment ago. A much later copy must not opt out a user who opted in again since.</summary>
    private static bool IsJustStored(Message message, ReceiptFact fact) =>
        message.Sms.Attempts.Any(attempt => attempt.TwilioSid == fact.TwilioSid && attempt.FailedAt is { } failedAt && fact.At - failedAt < Repeats);

    private async Task HeedAsync(Message message, ReceiptFact fact, CancellationToken cancellation)
    {
        var meaning = ErrorCatalogue.Find(fact.ErrorCode);
        if (meaning.OptsOut)
            await users.OptOutNumberAsync(message.UserId, NumberOf(message, fact), cancellation);
        if (meaning.Category == ErrorCategory.AccountAuth)
            await pause.BeginAsync(cancellation);
    }

    /// <summary>The number of the current attempt stands in the record, in our form; of an earlier one only the receipt knows it.</summary>
    private static string? NumberOf(Message message, ReceiptFact fact) =>
        message.CurrentAttempt?.TwilioSid == fact.TwilioSid ? message.Sms.To : fact.To ?? message.Sms.To;

    private async Task NudgeAsync(Message message, CancellationToken cancellation)
    {
        if (await engine.NudgeAsync(message, cancellation) && message is { IsFinal: true, OwesSlot: false })
            settled.Add(message.Id, Settlement.WorkflowTold);
    }
}
