using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;

namespace SmsDapr.Core.Calendar;

/// <summary>What the calendar says about a message that is about to go out.</summary>
public static class EventStandings
{
    /// <summary>The standing of a message's event.</summary>
    /// <param name="message">The message; it has an event.</param>
    /// <param name="entry">The event as just fetched, or as last known when the calendar can't be reached; null when it is gone.</param>
    /// <param name="calendarConnected">Whether its calendar is still connected.</param>
    /// <param name="now">The time.</param>
    public static EventStanding Of(Message message, CalendarEntry? entry, bool calendarConnected, Instant now) => entry switch
    {
        _ when !calendarConnected => EventStanding.CalendarDisconnected,
        null or { Declined: true } or { IsAppointment: false } => EventStanding.Deleted,
        { Start: null } => EventStanding.AllDay,
        { Start: { } start } when start <= now && start != message.Event?.Start => EventStanding.MovedToPast,
        _ => EventStanding.Stands,
    };

    /// <summary>
    /// The standing of a reminder's event. A reminder of an earlier generation, waiting for a retry while its event got a new one, counts as moved to the past:
    /// its own time is over; so does one whose event went back to a start that an earlier generation was for.
    /// </summary>
    public static EventStanding Of(Message message, ReminderTrack track, bool calendarConnected, Instant now) =>
        calendarConnected && (track.IsSuperseded(message.Id) || IsBackAtSettledStart(message, track))
            ? EventStanding.MovedToPast
            : Of(message, track.Entry, calendarConnected, now);

    /// <summary>The standing that a message ended with, whatever became of its event since; <see cref="EventStanding.Stands"/> when it was not the event that ended it.</summary>
    public static EventStanding AtEndOf(Message message) => message.StatusReason switch
    {
        StatusReason.EventDeleted => EventStanding.Deleted,
        StatusReason.EventAllDay => EventStanding.AllDay,
        StatusReason.EventRescheduledToPast => EventStanding.MovedToPast,
        StatusReason.CalendarDisconnected => EventStanding.CalendarDisconnected,
        _ => EventStanding.Stands,
    };

    /// <summary>
    /// Whether the event is ahead but at another time than the message says: the message has to follow before it may go out. A text that went out once and waits
    /// for a retry follows too.
    /// </summary>
    public static bool HasMovedAhead(Message message, CalendarEntry? entry, Instant now) =>
        entry is { Start: { } start } && start > now && message.Event is { } known && known.Start != start;

    private static bool IsBackAtSettledStart(Message message, ReminderTrack track) =>
        message.Id == track.MessageId
        && track.Entry is { Declined: false, IsAppointment: true, Start: { } start }
        && start != message.Event?.Start
        && track.SettledStarts.Contains(start);
}
