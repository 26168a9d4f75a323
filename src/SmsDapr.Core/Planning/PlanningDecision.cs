using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Planning;

/// <summary>What is to be done about the reminder of an event. Closed. <paramref name="Track"/> is stored first (compare-and-set), then the rest is carried out.</summary>
/// <param name="Track">The record as it is to be stored; the instance that went in when it did not change.</param>
public abstract record PlanningDecision(ReminderTrack Track)
{
    /// <summary>Nothing is to be done.</summary>
    /// <param name="Track">See above.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Leave(ReminderTrack Track, SkipReason Reason) : PlanningDecision(Track);

    /// <summary>
    /// A message is to be accepted under <see cref="PlannedReminder.MessageId"/>. Should one exist under that id already, decide again with it and with
    /// <paramref name="Track"/>.
    /// </summary>
    /// <param name="Track">See above.</param>
    /// <param name="Reminder">The reminder.</param>
    public sealed record Create(ReminderTrack Track, PlannedReminder Reminder) : PlanningDecision(Track);

    /// <summary>The message that waits is to follow its event: <see cref="MessageChanges.FollowEvent"/>.</summary>
    /// <param name="Track">See above.</param>
    /// <param name="Reminder">The reminder as it is to be.</param>
    /// <param name="Reword">Whether its text no longer says what is so.</param>
    public sealed record Follow(ReminderTrack Track, PlannedReminder Reminder, bool Reword) : PlanningDecision(Track);

    /// <summary>The message that waits is to be cancelled.</summary>
    /// <param name="Track">See above.</param>
    /// <param name="MessageId">The message.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Cancel(ReminderTrack Track, string MessageId, StatusReason Reason) : PlanningDecision(Track);
}

/// <summary>A reminder that the calendar calls for.</summary>
/// <param name="MessageId">The id of its message.</param>
/// <param name="SendAt">When it is to be sent.</param>
/// <param name="Event">The event, for the message.</param>
/// <param name="Facts">What its text is to say, at the time at which it is expected to go out.</param>
public sealed record PlannedReminder(string MessageId, Instant SendAt, CalendarEvent Event, ReminderFacts Facts)
{
    /// <summary>The message to accept.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="text">Its text, written from <see cref="Facts"/>.</param>
    /// <param name="maxAttempts">Create requests allowed in all.</param>
    public NewMessage ToMessage(string userId, MessageText text, int maxAttempts) => new()
    {
        Id = MessageId,
        UserId = userId,
        Type = MessageType.EventReminder,
        Text = text,
        SendAt = SendAt,
        TimeZone = Facts.Zone.Id,
        Event = Event,
        MaxAttempts = maxAttempts,
        Source = TimelineSource.Planner,
    };

    /// <summary>The id only: title and place must not reach a log.</summary>
    public override string ToString() => $"reminder {MessageId}";
}

/// <summary>Why an event gets no reminder now. Where a message would end for the same reason, the word is the same.</summary>
public enum SkipReason
{
    /// <summary>The user opted out.</summary>
    OptedOut,

    /// <summary>The user turned event reminders off.</summary>
    RemindersDisabled,

    /// <summary>The user has no verified phone number.</summary>
    PhoneNotVerified,

    /// <summary>The calendar is disconnected.</summary>
    CalendarDisconnected,

    /// <summary>The event is gone.</summary>
    EventDeleted,

    /// <summary>It is no appointment: a birthday, a working location, focus time, out of office.</summary>
    NotAnAppointment,

    /// <summary>The user declined the invitation.</summary>
    EventDeclined,

    /// <summary>It lasts all day.</summary>
    EventAllDay,

    /// <summary>It has begun.</summary>
    EventStarted,

    /// <summary>Its reminder belongs to another day.</summary>
    AnotherDay,

    /// <summary>Its reminder exists and is up to date.</summary>
    AlreadyPlanned,

    /// <summary>A person cancelled its reminder.</summary>
    UserCancelled,

    /// <summary>Its reminder for this start was sent, or ended for good.</summary>
    AlreadySettled,
}
