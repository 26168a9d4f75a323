using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Delivery;

/// <summary>
/// Asks Twilio about a message whose receipt does not come: 5 minutes after it was accepted, then with doubling gaps, until
/// <c>Sms:DeliveryTimeout</c>, after which it stays sent and unconfirmed.
/// </summary>
internal sealed partial class ReceiptWatch(
    MessageRepository messages, TwilioClient twilio, SmsOptions options, IClock clock, ILogger<ReceiptWatch> logger)
{
    private static readonly Duration FirstAsk = Duration.FromMinutes(5);

    /// <summary>What follows right after Twilio accepted the message.</summary>
    public NextStep FirstWait(Message message) => NextStep.AwaitReceipt(NextAsk(message, AcceptedAt(message)).ToDateTimeUtc());

    /// <summary>Asks when it is time to; null when the record has changed and is to be read again.</summary>
    public async Task<NextStep?> CheckAsync(Document<Message> version, CancellationToken cancellation)
    {
        var message = version.Value;
        var now = clock.GetCurrentInstant();
        if (now - AcceptedAt(message) < FirstAsk)
            return FirstWait(message);

        if (await AskAsync(message, cancellation) is Transition.Changed)
            return null;

        if (now - AcceptedAt(message) < options.DeliveryTimeout)
            return NextStep.AwaitReceipt(NextAsk(message, now).ToDateTimeUtc());

        if (message.MarkUnconfirmed(TimelineSource.Reconciler, now) is Transition.Changed { Next: var unconfirmed }
            && !await messages.TryReplaceAsync(version, unconfirmed, cancellation))
        {
            return null;
        }

        return NextStep.Over(message.Status.ToString());
    }

    private async Task<Transition?> AskAsync(Message message, CancellationToken cancellation)
    {
        try
        {
            if (message.TwilioSid is { } sid && await twilio.FetchAsync(sid, cancellation) is { } fetched)
            {
                var fact = new ReceiptFact(
                    message.Attempts, fetched.Sid, fetched.Status, fetched.ErrorCode, clock.GetCurrentInstant(), TimelineSource.Reconciler);
                return await messages.ApplyAsync(message.Id, current => current.ApplyReceipt(fact, RetryOptions.Default), cancellation);
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            LogNotAnswered(logger, message.Id, e.GetType().Name);
        }

        return null;
    }

    private Instant NextAsk(Message message, Instant now)
    {
        var accepted = AcceptedAt(message);
        var gap = FirstAsk;
        while (accepted + gap <= now)
            gap *= 2;
        return accepted + Duration.Min(gap, options.DeliveryTimeout);
    }

    private static Instant AcceptedAt(Message message) => message.CurrentAttempt?.RequestedAt ?? message.SentAt ?? message.UpdatedAt;

    [LoggerMessage(4001, LogLevel.Warning, "Twilio did not say what became of message {MessageId} ({Failure}); it is asked again later")]
    private static partial void LogNotAnswered(ILogger logger, string messageId, string failure);
}
