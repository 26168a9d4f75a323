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
public sealed record ReceiptFact(int? Attempt, string TwilioSid, string? ProviderStatus, int? ErrorCode, Instant At, TimelineSource Source);

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
        if (ProviderStatuses.Find(fact.ProviderStatus) is not { } status)
            return new Transition.Unchanged(message);

        var number = fact.Attempt ?? message.Sms.Attempts.FirstOrDefault(attempt => attempt.TwilioSid == fact.TwilioSid)?.Number;
        return number is { } known
            ? message.Progress(known, new AttemptProgress(fact.TwilioSid, status, fact.ErrorCode, fact.At, fact.Source), options)
            : new Transition.Refused(Refusal.UnknownAttempt);
    }
}
