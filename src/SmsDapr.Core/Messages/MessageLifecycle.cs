using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Messages;

/// <summary>
/// Transitions of a message outside its attempts. Pure: current record + fact → next record or refusal.
/// A timeline entry is added whenever something happened that a reader of the message would call an event; mere bookkeeping adds none.
/// </summary>
public static class MessageLifecycle
{
    /// <summary>The message and its SMS record as they begin: scheduled, not yet accepted by a workflow.</summary>
    public static Message Create(NewMessage data, Instant now)
    {
        ArgumentException.ThrowIfNullOrEmpty(data.Text.Body);
        ArgumentOutOfRangeException.ThrowIfLessThan(data.MaxAttempts, 1);
        var smsId = $"sms-{data.Id}";
        var size = Segments.Count(data.Text.Body, data.SmartEncoding);
        var message = new Message
        {
            Id = data.Id,
            UserId = data.UserId,
            Type = data.Type,
            Status = MessageStatus.Scheduled,
            Body = data.Text.Body,
            BodySource = data.Text.Source,
            LlmModel = data.Text.LlmModel,
            WordedFrom = data.Text.WordedFrom,
            WordedFor = data.Text.WordedFor,
            GenerationCostUsd = data.Text.CostUsd,
            SendAt = data.SendAt,
            TimeZone = data.TimeZone,
            SendAtLocal = data.SendAtLocal,
            FollowsUserZone = data.FollowsUserZone,
            Event = data.Event,
            MaxAttempts = data.MaxAttempts,
            MaxLateness = data.MaxLateness,
            QuietHoursOverrideReason = data.QuietHoursOverrideReason,
            RequestFingerprint = data.RequestFingerprint,
            CreatedBy = data.CreatedBy,
            CreatedAt = now,
            UpdatedAt = now,
            SmsMessageId = smsId,
            Sms = new SmsRecord
            {
                Id = smsId,
                ScheduledSmsId = data.Id,
                Status = SmsStatus.Scheduled,
                Segments = size.Segments,
                Encoding = size.Encoding,
                SmartEncoding = data.SmartEncoding,
                Attempts = [],
            },
            Timeline = [],
        };
        return message.Noted(now, data.Source, note: data.QuietHoursOverrideReason);
    }

    /// <summary>The workflow takes the message on; refused when its user was erased or the record discarded meanwhile. Bookkeeping.</summary>
    public static Transition Accept(this Message message, Instant now)
    {
        if (message.Accepted)
            return new Transition.Unchanged(message);
        return message is { ErasedAt: null, IsDiscarded: false }
            ? new Transition.Changed((message with { Accepted = true }).Touched(message.NotBefore(now)))
            : new Transition.Refused(Refusal.NotScheduled);
    }

    /// <summary>A request for the same message came again before it was taken on. Bookkeeping.</summary>
    public static Transition Touch(this Message message, Instant now) =>
        message.Accepted
            ? new Transition.Unchanged(message)
            : new Transition.Changed(message.Touched(message.NotBefore(now)));

    /// <summary>
    /// What the send rules look at has changed. A message that waits gets a new version, so that whoever decided on what held before
    /// loses the compare-and-set and decides anew. Bookkeeping.
    /// </summary>
    public static Transition Reconsider(this Message message, Instant now) =>
        message.Status == MessageStatus.Scheduled
            ? new Transition.Changed(message.Touched(message.NotBefore(now)))
            : new Transition.Unchanged(message);

    /// <summary>
    /// What is left of a message that was never accepted: its id, free to be used again, but neither number nor text, and no
    /// request that it would be the repetition of.
    /// </summary>
    public static Message Discarded(this Message message)
    {
        if (message.Accepted)
            throw new InvalidOperationException("An accepted message is never discarded.");
        return message with
        {
            Body = "",
            Event = null,
            RequestFingerprint = null,
            QuietHoursOverrideReason = null,
            Sms = message.Sms with { To = null },
            Timeline = [.. message.Timeline.Select(entry => entry with { Note = null })],
        };
    }

    /// <summary>Timeline entries up to <paramref name="sequence"/> are published. Bookkeeping.</summary>
    public static Transition WithPublished(this Message message, long sequence) =>
        sequence <= message.PublishedSequence
            ? new Transition.Unchanged(message)
            : new Transition.Changed(message with { PublishedSequence = sequence });

    /// <summary>The message holds, or is about to take, a day slot of <paramref name="date"/>; null after it was given back. Bookkeeping.</summary>
    public static Transition WithSlot(this Message message, LocalDate? date) =>
        message.SlotDate == date
            ? new Transition.Unchanged(message)
            : new Transition.Changed(message with { SlotDate = date });

    /// <summary>Cancels what has not gone out. Refused once it is sending or later; cancelling twice changes nothing.</summary>
    public static Transition Cancel(this Message message, StatusReason reason, TimelineSource source, Instant now)
    {
        if (message.Status == MessageStatus.Cancelled)
            return new Transition.Unchanged(message);
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);

        var at = message.NotBefore(now);
        var cancelled = message with
        {
            Status = MessageStatus.Cancelled,
            StatusReason = reason,
            CancelledAt = at,
            NextAttemptAt = null,
            LastError = reason switch
            {
                StatusReason.DailyLimit => "Daily SMS limit reached",
                StatusReason.EventDeleted => "Calendar event deleted",
                _ => message.LastError,
            },
            Sms = message.Sms with { Status = SmsStatus.Cancelled },
        };
        return new Transition.Changed(cancelled.Noted(at, source));
    }

    /// <summary>
    /// No time is left to send it. Cancelled when no create request was made; otherwise failed, keeping the attempt's error,
    /// with <paramref name="reason"/>, or with <see cref="StatusReason.ProviderRejected"/> when it was waiting for the account.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="reason"><see cref="StatusReason.EventStarted"/>, <see cref="StatusReason.QuietHoursUntilEvent"/> or <see cref="StatusReason.Expired"/>.</param>
    /// <param name="source">Who found out.</param>
    /// <param name="now">The time.</param>
    public static Transition NoTimeLeft(this Message message, StatusReason reason, TimelineSource source, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled || message.CurrentAttempt is not { } attempt)
            return message.Cancel(reason, source, now);

        var at = message.NotBefore(now);
        var why = attempt.ErrorCategory == ErrorCategory.AccountAuth ? StatusReason.ProviderRejected : reason;
        return new Transition.Changed(message.Failed(attempt, why, at, source));
    }

    /// <summary>Whether the reason is that time has run out.</summary>
    public static bool LeavesNoTime(this StatusReason reason) =>
        reason is StatusReason.EventStarted or StatusReason.QuietHoursUntilEvent or StatusReason.Expired;

    /// <summary>Ends the message as a send rule demands: <see cref="NoTimeLeft"/> for the reasons of time, <see cref="Cancel"/> for all others.</summary>
    public static Transition End(this Message message, StatusReason reason, TimelineSource source, Instant now) =>
        reason.LeavesNoTime()
            ? message.NoTimeLeft(reason, source, now)
            : message.Cancel(reason, source, now);

    /// <summary>No final receipt came within the delivery timeout: it stays sent, unconfirmed. A later receipt takes that back.</summary>
    public static Transition MarkUnconfirmed(this Message message, TimelineSource source, Instant now)
    {
        if (message.Status != MessageStatus.Sent)
            return new Transition.Refused(Refusal.NotSent);
        if (message.DeliveryUnconfirmed)
            return new Transition.Unchanged(message);
        return new Transition.Changed((message with { DeliveryUnconfirmed = true }).Noted(message.NotBefore(now), source, message.Attempts));
    }

    internal static Message Failed(this Message message, SendAttempt attempt, StatusReason reason, Instant at, TimelineSource source)
    {
        var failed = message with
        {
            Status = MessageStatus.Failed,
            StatusReason = reason,
            NextAttemptAt = null,
            FailedAt = at,
            DeliveryUnconfirmed = false,
            Sms = message.Sms with { Status = attempt.Status, FailedAt = at },
        };
        return failed.Noted(at, source, attempt.Number);
    }
}
