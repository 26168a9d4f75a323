using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// Asks Twilio about a message whose receipt does not come: 5 minutes after it was handed over, then with doubling gaps, until
/// <c>Sms:DeliveryTimeout</c>, after which it stays sent and unconfirmed.
/// </summary>
internal sealed partial class SilentMessages(
    MessageRepository messages,
    MessageEngine engine,
    ReceiptMerge receipts,
    TwilioClient twilio,
    SmsOptions options,
    IClock clock,
    ILogger<SilentMessages> logger)
{
    private static readonly Duration Later = Duration.FromMinutes(1);

    /// <summary>When to ask again; null when nothing is left to ask.</summary>
    public async Task<Instant?> LookAsync(Message message, CallBudget budget, Instant now, CancellationToken cancellation)
    {
        if (now - HandedOverAt(message) < OpenMessages.Grace)
            return NextAsk(message, now);
        if (!budget.TryTake())
            return now + Later;

        switch (await AskAsync(message, cancellation))
        {
            case { IsFinal: true }:
                return null;
            case { Status: not MessageStatus.Sent } retried:
                return retried.DueAt + OpenMessages.Grace;
        }

        if (now - HandedOverAt(message) < options.DeliveryTimeout)
            return NextAsk(message, now);
        var end = await messages.ApplyAsync(
            message.Id, current => current.MarkUnconfirmed(TimelineSource.Reconciler, clock.GetCurrentInstant()), cancellation);
        if (end is Transition.Changed { Next: var unconfirmed })
            await engine.NudgeAsync(unconfirmed, cancellation);

        // Looked at once more as a message that is over: told, published, removed at Twilio.
        return now + Later;
    }

    /// <summary>The record after what Twilio says was merged into it; null when it says nothing.</summary>
    private async Task<Message?> AskAsync(Message message, CancellationToken cancellation)
    {
        try
        {
            if (message.TwilioSid is not { } sid || await twilio.FetchAsync(sid, cancellation) is not { } fetched)
                return null;
            var fact = new ReceiptFact(
                message.Attempts, fetched.Sid, fetched.Status, fetched.ErrorCode, clock.GetCurrentInstant(), TimelineSource.Reconciler);
            return await receipts.TakeAsync(message.Id, fact, cancellation);
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            LogNotAnswered(logger, message.Id, e.GetType().Name);
            return null;
        }
    }

    private Instant NextAsk(Message message, Instant now)
    {
        var handedOver = HandedOverAt(message);
        var gap = OpenMessages.Grace;
        while (handedOver + gap <= now)
            gap *= 2;
        return handedOver + Duration.Min(gap, options.DeliveryTimeout);
    }

    private static Instant HandedOverAt(Message message) => message.CurrentAttempt?.RequestedAt ?? message.SentAt ?? message.UpdatedAt;

    [LoggerMessage(4001, LogLevel.Warning, "Twilio did not say what became of message {MessageId} ({Failure}); it is asked again later")]
    private static partial void LogNotAnswered(ILogger logger, string messageId, string failure);
}
