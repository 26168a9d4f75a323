using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Messages;

/// <summary>
/// Transitions of the create request: the intent is stored before the call, and what became of the call after it.
/// Facts about an attempt that a receipt settled first change nothing.
/// </summary>
public static class MessageAttempts
{
    /// <summary>Stores the intent to send: attempt n = attempts + 1 to <paramref name="to"/> (E.164).</summary>
    /// <param name="message">The message.</param>
    /// <param name="to">The number.</param>
    /// <param name="now">The time.</param>
    /// <param name="words">The text as it has to be by now; null when the one it has will do.</param>
    public static Transition BeginAttempt(this Message message, string to, Instant now, MessageText? words = null)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);
        if (message.Attempts >= message.MaxAttempts)
            return new Transition.Refused(Refusal.AttemptsUsedUp);
        if (now < message.DueAt)
            return new Transition.Refused(Refusal.NotDue);

        var at = message.NotBefore(now);
        var attempt = new SendAttempt { Number = message.Attempts + 1, Status = SmsStatus.Queued, RequestedAt = at };
        var worded = words is null ? message : message.WithText(words);
        var sending = worded with
        {
            Status = MessageStatus.Sending,
            StatusReason = null,
            NextAttemptAt = null,
            DeferredFrom = null,
            Attempts = attempt.Number,
            TwilioSid = null,
            Sms = worded.Sms with
            {
                To = to,
                Status = SmsStatus.Queued,
                TwilioSid = null,
                Attempts = [.. message.Sms.Attempts, attempt],
            },
        };
        return new Transition.Changed(sending.Noted(at, TimelineSource.Workflow, attempt.Number));
    }

    /// <summary>Makes the same attempt again, after a crash left it open and the provider has nothing of it. Bookkeeping: the attempt goes on.</summary>
    /// <param name="message">The message.</param>
    /// <param name="number">The attempt.</param>
    /// <param name="to">The number.</param>
    /// <param name="now">The time.</param>
    /// <param name="words">The text as it has to be by now; null when the one it has will do.</param>
    public static Transition RestartAttempt(this Message message, int number, string to, Instant now, MessageText? words = null)
    {
        if (message.Status != MessageStatus.Sending || message.CurrentAttempt is not { } attempt || attempt.Number != number)
            return new Transition.Refused(Refusal.UnknownAttempt);
        if (attempt.Outcome != CreateOutcome.Requested)
            return new Transition.Refused(Refusal.AttemptSettled);

        var at = message.NotBefore(now);
        var again = (words is null ? message : message.WithText(words)).Replace(attempt with { RequestedAt = at });
        return new Transition.Changed((again with { Sms = again.Sms with { To = to } }).Touched(at));
    }

    /// <summary>
    /// The request was certainly never made, since the provider is known to be down: as if the attempt had not begun.
    /// Waits until <paramref name="nextAttemptAt"/> and has lost no attempt.
    /// </summary>
    public static Transition AttemptWithdrawn(this Message message, int number, Instant nextAttemptAt, Instant now)
    {
        if (message.Status != MessageStatus.Sending || message.CurrentAttempt is not { } attempt || attempt.Number != number)
            return new Transition.Refused(Refusal.UnknownAttempt);
        if (attempt.Outcome != CreateOutcome.Requested)
            return new Transition.Refused(Refusal.AttemptSettled);

        var waiting = message with
        {
            Status = MessageStatus.Scheduled,
            StatusReason = number > 1 ? StatusReason.Retry : null,
            NextAttemptAt = nextAttemptAt,
            Attempts = number - 1,
            Sms = message.Sms with { Status = SmsStatus.Scheduled, Attempts = [.. message.Sms.Attempts.SkipLast(1)] },
        };
        var at = message.NotBefore(now);

        // A late receipt may have shown meanwhile that the attempt before it, thought failed, is at the provider after all.
        return waiting.CurrentAttempt is { TwilioSid: not null } earlier && !earlier.Status.IsFailure()
            ? new Transition.Changed(waiting.Accepted(earlier, at, TimelineSource.Workflow))
            : new Transition.Changed(waiting.Noted(at, TimelineSource.Workflow));
    }

    /// <summary>The provider created the message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="number">The attempt.</param>
    /// <param name="twilioSid">The provider's id.</param>
    /// <param name="providerStatus">The status in the answer; one that is not known counts as accepted.</param>
    /// <param name="now">When the answer came.</param>
    public static Transition AttemptAccepted(this Message message, int number, string twilioSid, string? providerStatus, Instant now)
    {
        // What the answer says of a later fate is left to the receipts, which carry the error code.
        var status = ProviderStatuses.Find(providerStatus) is { } known && known.ToMessageStatus() == MessageStatus.Sent
            ? known
            : ProviderStatus.Accepted;
        var fact = new AttemptProgress(twilioSid, status, ErrorCode: null, now, TimelineSource.Twilio);
        return message.Progress(number, fact, RetryOptions.Default);
    }

    /// <summary>The provider refused the request: nothing was created. Retried, paused or ended by the kind of the error.</summary>
    public static Transition AttemptRefused(this Message message, int number, ProviderError error, Instant now, RetryOptions options)
    {
        if (message.Find(number) is not { } attempt)
            return new Transition.Refused(Refusal.UnknownAttempt);
        return attempt.Outcome is CreateOutcome.Requested or CreateOutcome.Unknown
            ? new Transition.Changed(message.CreateFailed(attempt, CreateOutcome.Refused, error.Without(message.Body), message.NotBefore(now), options, TimelineSource.Twilio))
            : new Transition.Unchanged(message);
    }

    /// <summary>The call ended without an answer that settles it (timeout, lost connection, 5xx): stays sending until it is looked up. Bookkeeping.</summary>
    public static Transition AttemptLost(this Message message, int number, ProviderError error, Instant now)
    {
        if (message.Find(number) is not { } attempt)
            return new Transition.Refused(Refusal.UnknownAttempt);
        if (attempt.Outcome != CreateOutcome.Requested)
            return new Transition.Unchanged(message);

        var at = message.NotBefore(now);
        var told = error.Without(message.Body);
        var category = ErrorCatalogue.Find(told).Category;
        var lost = message.Replace(attempt with
        {
            Outcome = CreateOutcome.Unknown,
            LostAt = at,
            ErrorCode = told.Code,
            ErrorCategory = category,
            HttpStatus = told.HttpStatus,
        });
        if (lost.IsOpenFor(attempt))
        {
            lost = lost with
            {
                LastError = told.Sentence,
                Sms = lost.Sms with { ErrorCode = told.Code, ErrorMessage = told.SafeText, ErrorCategory = category },
            };
        }

        return new Transition.Changed(lost.Touched(at));
    }

    /// <summary>
    /// Looked up: the provider certainly has nothing of this attempt. Counts as failed by the provider and is retried,
    /// timed from the moment at which the call was lost.
    /// </summary>
    public static Transition AttemptAbsent(this Message message, int number, Instant now, RetryOptions options)
    {
        if (message.Find(number) is not { } attempt)
            return new Transition.Refused(Refusal.UnknownAttempt);
        if (attempt.Outcome is not (CreateOutcome.Requested or CreateOutcome.Unknown))
            return new Transition.Unchanged(message);

        var error = attempt.Outcome == CreateOutcome.Unknown
            ? new ProviderError(attempt.ErrorCode, attempt.HttpStatus, message.Sms.ErrorMessage)
            : ProviderError.NoAnswer;
        return new Transition.Changed(
            message.CreateFailed(attempt, CreateOutcome.Absent, error, message.NotBefore(now), options, TimelineSource.Reconciler));
    }

    /// <summary>Looked up: the provider has it. Adopts its id and status, also a final one.</summary>
    public static Transition AttemptFound(
        this Message message, int number, string twilioSid, string? providerStatus, int? errorCode, Instant now, RetryOptions options)
    {
        // Read comes after delivered, whose receipt may be on its way.
        var status = ProviderStatuses.Find(providerStatus) switch
        {
            null => ProviderStatus.Accepted,
            ProviderStatus.Read => ProviderStatus.Delivered,
            { } known => known,
        };
        return message.Progress(number, new AttemptProgress(twilioSid, status, errorCode, now, TimelineSource.Reconciler), options);
    }

    private static Message CreateFailed(
        this Message message, SendAttempt attempt, CreateOutcome outcome, ProviderError error, Instant at, RetryOptions options, TimelineSource source)
    {
        var meaning = ErrorCatalogue.Find(error);
        var failedAt = outcome == CreateOutcome.Absent ? attempt.LostAt ?? at : at;
        var failed = attempt with
        {
            Status = SmsStatus.Failed,
            Outcome = outcome,
            LostAt = null,
            HttpStatus = error.HttpStatus,
            ErrorCode = error.Code,
            ErrorCategory = meaning.Category,
            FailedAt = failedAt,
        };
        var next = message.Replace(failed);
        return next.IsOpenFor(failed)
            ? next.AfterFailure(failed, meaning, error, at, options, source)
            : next.Touched(at);
    }
}
