using NodaTime;
using SmsDapr.Core.Text;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Messages;

/// <summary>Changes of time and text. All are refused once the message is sending or later.</summary>
public static class MessageChanges
{
    /// <summary>Moves the message to a new time. A message that waits for a retry is retried then.</summary>
    public static Transition Move(this Message message, Instant sendAt, LocalDateTime? sendAtLocal, TimelineSource source, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);
        if (message.DueAt == sendAt && message.SendAt == sendAt && message.SendAtLocal == sendAtLocal && message.DeferredFrom is null)
            return new Transition.Unchanged(message);
        return new Transition.Changed(message.MovedTo(sendAt, sendAtLocal).Noted(message.NotBefore(now), source));
    }

    /// <summary>Replaces the text. The cost of a generated text is added to what earlier ones cost.</summary>
    public static Transition Edit(this Message message, MessageText text, TimelineSource source, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);
        if (message.Body == text.Body && message.BodySource == text.Source && message.LlmModel == text.LlmModel && text.CostUsd is null)
            return new Transition.Unchanged(message);
        return new Transition.Changed(message.WithText(text).Noted(message.NotBefore(now), source));
    }

    /// <summary>
    /// The calendar event changed: takes over its data and, when given, replaces the text. Moves the message when the event begins at another time; with the
    /// same beginning it keeps its time, deferral and retry.
    /// </summary>
    public static Transition FollowEvent(this Message message, CalendarEvent changed, Instant sendAt, MessageText? text, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);

        var moved = message.Event?.Start != changed.Start;
        if (message.Event == changed && (text is null || (text.Body == message.Body && text.WordedFrom == message.WordedFrom)))
            return new Transition.Unchanged(message);

        var next = message with { Event = changed };
        if (moved)
            next = next.MovedTo(sendAt, sendAtLocal: null);
        if (text is not null)
            next = next.WithText(text);
        return new Transition.Changed(next.Noted(message.NotBefore(now), TimelineSource.Calendar));
    }

    /// <summary>The calendar event of a caller's message changed: takes over its data. Time, deferral and text are the caller's and stay.</summary>
    public static Transition StayWithEvent(this Message message, CalendarEvent changed, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);
        return message.Event == changed
            ? new Transition.Unchanged(message)
            : new Transition.Changed((message with { Event = changed }).Noted(message.NotBefore(now), TimelineSource.Calendar));
    }

    /// <summary>Defers the message to <paramref name="until"/>, which becomes its send time (and that of its next attempt).</summary>
    public static Transition Defer(this Message message, Instant until, StatusReason reason, TimelineSource source, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);
        if (message.DueAt == until && message.StatusReason == reason)
            return new Transition.Unchanged(message);

        var deferred = message with
        {
            StatusReason = reason,
            DeferredFrom = message.DeferredFrom ?? message.DueAt,
            SendAt = until,
            NextAttemptAt = message.Attempts > 0 ? until : null,
        };
        return new Transition.Changed(deferred.Noted(message.NotBefore(now), source));
    }

    /// <summary>
    /// Holds a deferral to the quiet hours that the user has by now: when they no longer call for it, the message goes back to the time it was
    /// deferred from, or to now when that has passed, and the send rules decide again. Unchanged when it is not deferred, or when the deferral is over.
    /// </summary>
    public static Transition KeepDeferral(this Message message, UserPreferences user, TimelineSource source, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled || message.DeferredFrom is not { } deferredFrom || message.SendAt <= now)
            return new Transition.Unchanged(message);

        var original = Instant.Max(deferredFrom, now);
        return user.QuietHours?.EndOfQuietTime(original, user.Zone) == message.SendAt
            ? new Transition.Unchanged(message)
            : new Transition.Changed(message.MovedTo(original, message.SendAtLocal).Noted(message.NotBefore(now), source));
    }

    /// <summary>
    /// Holds a message to the wall-clock time that was asked for, after the user's zone or the rules of a zone changed. A wall-clock time
    /// that the change skipped is now, as a skipped hour's is the instant after it. Unchanged once its time has come either way,
    /// and when an instant was asked for.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="userZone">The user's zone, for a message that follows it.</param>
    /// <param name="source">Who found out.</param>
    /// <param name="now">The time.</param>
    public static Transition KeepWallClock(this Message message, DateTimeZone userZone, TimelineSource source, Instant now)
    {
        var zone = message.FollowsUserZone ? userZone : LocalTimes.FindZone(message.TimeZone);
        if (message.Status != MessageStatus.Scheduled || message.Attempts > 0 || message.SendAtLocal is not { } local || zone is null)
            return new Transition.Unchanged(message);

        var meant = LocalTimes.ToInstant(local, zone);
        var planned = message.DeferredFrom ?? message.SendAt;
        var inZone = message with { TimeZone = zone.Id };
        if (meant != planned && (meant > now || planned > now))
            return new Transition.Changed(inZone.MovedTo(Instant.Max(meant, now), local).Noted(message.NotBefore(now), source));
        return zone.Id == message.TimeZone
            ? new Transition.Unchanged(message)
            : new Transition.Changed(inZone.Touched(message.NotBefore(now)));
    }

    /// <summary>Sending is paused for the account: looks again at <paramref name="nextAttemptAt"/>. The send time stays, so that lateness counts on. Bookkeeping.</summary>
    public static Transition Pause(this Message message, Instant nextAttemptAt, Instant now)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);
        return message.NextAttemptAt == nextAttemptAt
            ? new Transition.Unchanged(message)
            : new Transition.Changed((message with { NextAttemptAt = nextAttemptAt }).Touched(message.NotBefore(now)));
    }

    private static Message MovedTo(this Message message, Instant sendAt, LocalDateTime? sendAtLocal) => message with
    {
        SendAt = sendAt,
        SendAtLocal = sendAtLocal,
        FollowsUserZone = sendAtLocal is not null && message.FollowsUserZone,
        DeferredFrom = null,
        NextAttemptAt = message.Attempts > 0 ? sendAt : null,
        StatusReason = message.Attempts > 0 ? StatusReason.Retry : null,
    };

    internal static Message WithText(this Message message, MessageText text)
    {
        var size = Segments.Count(text.Body, message.Sms.SmartEncoding);
        return message with
        {
            Body = text.Body,
            BodySource = text.Source,
            LlmModel = text.LlmModel,
            WordedFrom = text.WordedFrom,
            WordedFor = text.WordedFor,
            GenerationCostUsd = text.CostUsd is { } cost ? (message.GenerationCostUsd ?? 0) + cost : message.GenerationCostUsd,
            Sms = message.Sms with { Segments = size.Segments, Encoding = size.Encoding },
        };
    }
}
