using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Messages;

/// <summary>Takes the person out of a message and leaves what counts: when, how often, with what outcome and which error codes.</summary>
public static class MessageErasure
{
    /// <summary>
    /// Empties the message of number, text, event and user. Refused while it can still be sent: such a message is cancelled or settled first. Bookkeeping.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="alias">Whom it belongs to from now on: the same for all messages of the erased user, and nobody.</param>
    /// <param name="now">The time.</param>
    public static Transition Erase(this Message message, string alias, Instant now)
    {
        if (message.ErasedAt is not null)
            return new Transition.Unchanged(message);
        if (message.Accepted && message.Status is MessageStatus.Scheduled or MessageStatus.Sending)
            return new Transition.Refused(Refusal.NotOver);

        var at = message.NotBefore(now);
        var erased = message with
        {
            UserId = alias,
            Body = "",
            Event = null,
            LastError = message.Sms.ErrorCode is { } code ? new ProviderError(code).Sentence : null,
            QuietHoursOverrideReason = null,
            RequestFingerprint = null,
            CreatedBy = null,
            ErasedAt = at,
            Sms = message.Sms with { To = null, ErrorMessage = null },
            Timeline = [.. message.Timeline.Select(entry => entry with { Note = null })],
        };
        return new Transition.Changed(erased.Touched(at));
    }

    /// <summary>The provider's copies are redacted or gone. Bookkeeping.</summary>
    public static Transition Redacted(this Message message, Instant now) =>
        message.RedactedAt is not null
            ? new Transition.Unchanged(message)
            : new Transition.Changed((message with { RedactedAt = now }).Touched(message.NotBefore(now)));
}
