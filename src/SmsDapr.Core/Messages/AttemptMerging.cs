using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Messages;

/// <summary>That the provider has an attempt, and how far it got.</summary>
internal sealed record AttemptProgress(string TwilioSid, ProviderStatus Status, int? ErrorCode, Instant At, TimelineSource Source)
{
    public LocalDateTime? CarrierDoneAt { get; init; }

    /// <summary>Receipts bring a code at most; without one the status has to do as a sentence.</summary>
    public ProviderError Error => new(ErrorCode, Text: (ErrorCode, Status) switch
    {
        (not null, _) => null,
        (null, ProviderStatus.Canceled) => "Cancelled at Twilio",
        (null, ProviderStatus.Undelivered) => "Not delivered; Twilio gave no error code",
        _ => "Failed at Twilio without an error code",
    });
}

/// <summary>Merges what is known of an attempt and lets the message follow.</summary>
internal static class AttemptMerging
{
    public static SendAttempt? Find(this Message message, int number) =>
        message.Sms.Attempts.FirstOrDefault(attempt => attempt.Number == number);

    public static Message Replace(this Message message, SendAttempt attempt) => message with
    {
        Sms = message.Sms with
        {
            Attempts = [.. message.Sms.Attempts.Select(other => other.Number == attempt.Number ? attempt : other)],
        },
    };

    /// <summary>Whether what happens to the attempt still decides about the message.</summary>
    public static bool IsOpenFor(this Message message, SendAttempt attempt) =>
        !message.IsFinal && attempt.Number == message.Attempts;

    public static Transition Progress(this Message message, int number, AttemptProgress fact, RetryOptions options)
    {
        if (message.Find(number) is not { } attempt)
            return new Transition.Refused(Refusal.UnknownAttempt);
        if (string.IsNullOrEmpty(fact.TwilioSid) || !message.Owns(attempt, fact.TwilioSid))
            return new Transition.Refused(Refusal.SidMismatch);

        var status = fact.Status.ToSmsStatus();
        var adopted = attempt.TwilioSid is null;
        if (fact.Status == ProviderStatus.Read && attempt.Status is not (SmsStatus.Sent or SmsStatus.Delivered))
            return new Transition.Unchanged(message);
        var at = message.NotBefore(fact.At);
        if (!adopted && status.Rank() <= attempt.Status.Rank())
        {
            // Asked about before its receipt came: that one still brings the carrier's time.
            return status == attempt.Status && attempt.CarrierDoneAt is null && fact.CarrierDoneAt is { } doneAt
                ? new Transition.Changed(message.Replace(attempt with { CarrierDoneAt = doneAt }).Touched(at))
                : new Transition.Unchanged(message);
        }

        var merged = Merge(attempt, status, fact, at);
        var next = message.Replace(merged).Touched(at);
        // A retry that waits is not sent again by what is learnt of the attempt that failed; only a newly known id makes it sent.
        if (message.IsOpenFor(merged) && (adopted || message.Status == MessageStatus.Sent))
            next = next.Accepted(merged, at, fact.Source);

        if (merged.Status == SmsStatus.Delivered && message.Status != MessageStatus.Delivered)
            next = next.Delivered(merged, at, fact.Source);
        else if (merged.Status.IsFailure() && message.IsOpenFor(merged))
            next = next.AfterFailure(merged, ErrorCatalogue.Find(fact.ErrorCode), fact.Error, at, options, fact.Source);
        return new Transition.Changed(next);
    }

    /// <summary>Ends the message, or lets it wait for its next attempt.</summary>
    public static Message AfterFailure(
        this Message message, SendAttempt attempt, ProviderErrorMeaning meaning, ProviderError error, Instant at, RetryOptions options, TimelineSource source)
    {
        var failed = message with
        {
            LastError = error.Sentence,
            Sms = message.Sms with { ErrorCode = error.Code, ErrorMessage = error.SafeText, ErrorCategory = meaning.Category },
        };
        var accountAtFault = meaning.Category == ErrorCategory.AccountAuth;
        if (!accountAtFault && (!meaning.IsRetryable || attempt.Status == SmsStatus.Cancelled))
            return failed.Failed(attempt, StatusReason.ProviderRejected, at, source);
        if (message.Attempts >= message.MaxAttempts || failed.HasUsedUpRetries(attempt, options))
            return failed.Failed(attempt, accountAtFault ? StatusReason.ProviderRejected : StatusReason.AttemptsExhausted, at, source);

        // A receipt that comes late may fail an attempt after the message was moved: its next one is not made before the new time.
        var delay = RetryRules.Delay(meaning.Category, message.Attempts, options);
        var waiting = failed with
        {
            Status = MessageStatus.Scheduled,
            StatusReason = StatusReason.Retry,
            NextAttemptAt = Instant.Max(Instant.Max(at, (attempt.FailedAt ?? at) + delay), failed.SendAt),
            DeliveryUnconfirmed = false,
            Sms = failed.Sms with { Status = SmsStatus.Scheduled },
        };
        return waiting.Noted(at, source, attempt.Number);
    }

    /// <summary>What the provider once accepted may have arrived in spite of its receipt, so that such retries can have a limit of their own.</summary>
    private static bool HasUsedUpRetries(this Message message, SendAttempt attempt, RetryOptions options) =>
        attempt.TwilioSid is not null
        && options.MaxRetriesAfterReceipt is { } most
        && message.Sms.Attempts.Count(other => other.TwilioSid is not null && other.Status.IsFailure()) > most;

    private static bool Owns(this Message message, SendAttempt attempt, string sid) =>
        attempt.TwilioSid is { } known
            ? known == sid
            : message.Sms.Attempts.All(other => other.TwilioSid != sid);

    private static SendAttempt Merge(SendAttempt attempt, SmsStatus status, AttemptProgress fact, Instant at)
    {
        // A receipt proves that a request thought lost, refused or absent did create the message: its presumed failure is void.
        var start = attempt.TwilioSid is null
            ? attempt with
            {
                TwilioSid = fact.TwilioSid,
                Outcome = CreateOutcome.Accepted,
                LostAt = null,
                HttpStatus = null,
                Status = SmsStatus.Queued,
                ErrorCode = null,
                ErrorCategory = null,
                FailedAt = null,
            }
            : attempt;
        return status switch
        {
            SmsStatus.Delivered => start with
            {
                Status = status,
                SentAt = start.SentAt ?? at,
                DeliveredAt = at,
                CarrierDoneAt = fact.CarrierDoneAt,
                FailedAt = null,
                ErrorCode = null,
                ErrorCategory = null,
            },
            SmsStatus.Failed or SmsStatus.Undelivered or SmsStatus.Cancelled => start with
            {
                Status = status,
                SentAt = status == SmsStatus.Undelivered ? start.SentAt ?? at : start.SentAt,
                FailedAt = at,
                CarrierDoneAt = fact.CarrierDoneAt,
                ErrorCode = fact.ErrorCode,
                ErrorCategory = ErrorCatalogue.Find(fact.ErrorCode).Category,
            },
            SmsStatus.Sent => start with { Status = status, SentAt = at },
            _ => start with { Status = status },
        };
    }

    /// <summary>The provider has the current attempt: the message counts as sent, and its SMS record shows how far it got.</summary>
    public static Message Accepted(this Message message, SendAttempt attempt, Instant at, TimelineSource source)
    {
        var accepted = message with
        {
            Status = MessageStatus.Sent,
            StatusReason = null,
            NextAttemptAt = null,
            DeferredFrom = null,
            SentAt = message.SentAt ?? at,
            LastError = null,
            TwilioSid = attempt.TwilioSid,
            Sms = message.Sms with
            {
                Status = attempt.Status,
                TwilioSid = attempt.TwilioSid,
                QueuedAt = message.Sms.QueuedAt ?? at,
                SentAt = message.Sms.SentAt ?? attempt.SentAt,
                ErrorCode = null,
                ErrorMessage = null,
                ErrorCategory = null,
            },
        };
        return message.Status == MessageStatus.Sent ? accepted : accepted.Noted(at, source, attempt.Number);
    }

    private static Message Delivered(this Message message, SendAttempt attempt, Instant at, TimelineSource source)
    {
        var delivered = message with
        {
            Status = MessageStatus.Delivered,
            StatusReason = null,
            NextAttemptAt = null,
            DeferredFrom = null,
            LastError = null,
            DeliveryUnconfirmed = false,
            SentAt = message.SentAt ?? at,
            DeliveredAt = at,
            FailedAt = null,
            CancelledAt = null,
            TwilioSid = attempt.TwilioSid,
            Sms = message.Sms with
            {
                Status = SmsStatus.Delivered,
                TwilioSid = attempt.TwilioSid,
                ErrorCode = null,
                ErrorMessage = null,
                ErrorCategory = null,
                QueuedAt = message.Sms.QueuedAt ?? at,
                SentAt = message.Sms.SentAt ?? at,
                DeliveredAt = at,
                FailedAt = null,
            },
        };
        return delivered.Noted(at, source, attempt.Number);
    }
}
