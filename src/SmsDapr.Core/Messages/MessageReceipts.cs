using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Messages;

/// <summary>What a receipt says.</summary>
/// <param name="Attempt">The attempt that the callback URL names; null finds it by <paramref name="TwilioSid"/>.</param>
/// <param name="TwilioSid">The provider's id.</param>
/// <param name="ProviderStatus">Twilio's word for the status; unknown words change nothing.</param>
/// <param name="ErrorCode">Twilio's error code of a failure.</param>
/// <param name="At">When it happened, or when the receipt came.</param>
/// <param name="Source">Where it came from: Twilio itself, or the reconciler's look-up.</param>
public sealed record ReceiptFact(int? Attempt, string TwilioSid, string? ProviderStatus, int? ErrorCode, Instant At, TimelineSource Source)
{
    /// <summary>The number that the receipt is about, E.164. It has to be the attempt's where the id is not known yet; null is not compared.</summary>
    public string? To { get; init; }

    /// <summary>When the carrier was done, on the carrier's clock; null when the receipt does not say.</summary>
    public LocalDateTime? CarrierDoneAt { get; init; }

    /// <summary>Id and status only: the number must not reach a log.</summary>
    public override string ToString() => $"receipt of {TwilioSid}: {ProviderStatus}";
}

/// <summary>
/// Receipts are merged, not assigned: each attempt only moves forward, whatever the order, number or lateness of its receipts
/// (ranks: Twilio's status transitions, callbacks are unordered and may repeat).
/// A late delivered of any attempt makes the whole message delivered and stops further attempts; otherwise an older attempt never changes the message.
/// </summary>
public static class MessageReceipts
{
    /// <summary>Merges a receipt. One that comes before the answer to the create request brings the provider's id with it.</summary>
    public static Transition ApplyReceipt(this Message message, ReceiptFact fact, RetryOptions options)
    {
        if (message.ErasedAt is not null || ProviderStatuses.Find(fact.ProviderStatus) is not { } status)
            return new Transition.Unchanged(message);

        var number = fact.Attempt ?? message.Sms.Attempts.FirstOrDefault(attempt => attempt.TwilioSid == fact.TwilioSid)?.Number;
        if (number is not { } known)
            return new Transition.Refused(Refusal.UnknownAttempt);
        if (IsAboutAnother(message, known, fact.To))
            return new Transition.Refused(Refusal.RecipientMismatch);

        var progress = new AttemptProgress(fact.TwilioSid, status, fact.ErrorCode, fact.At, fact.Source) { CarrierDoneAt = fact.CarrierDoneAt };
        return message.Progress(known, progress, options);
    }

    // A known id proves more than a number, which Twilio may write differently than we did.
    private static bool IsAboutAnother(Message message, int number, string? to) =>
        to is not null
        && message.CurrentAttempt is { TwilioSid: null } current
        && current.Number == number
        && message.Sms.To != to;
}
