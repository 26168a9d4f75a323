using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Sending;

namespace SmsDapr.Service.Planning;

/// <summary>Events as messages and plans see them.</summary>
internal static class EventViews
{
    /// <summary>The event of a timed entry, for a message.</summary>
    public static CalendarEvent ToEvent(this CalendarEntry entry)
    {
        var start = entry.Start!.Value;
        return new CalendarEvent
        {
            Id = entry.Id,
            CalendarId = entry.CalendarId,
            Title = entry.Title,
            Start = start,
            End = Instant.Max(start, entry.End ?? start),
            Location = entry.Location,
            Link = entry.Page,
        };
    }

    /// <summary>What a message knows of its event.</summary>
    public static CalendarEntry ToEntry(this CalendarEvent its) => new()
    {
        Id = its.Id,
        CalendarId = its.CalendarId,
        Title = its.Title,
        Start = its.Start,
        End = its.End,
        Location = its.Location,
        Page = its.Link,
    };

    /// <summary>The reason that a standing ends a message with; null when it does not.</summary>
    public static StatusReason? Ends(this EventStanding standing) => standing switch
    {
        EventStanding.Deleted => StatusReason.EventDeleted,
        EventStanding.AllDay => StatusReason.EventAllDay,
        EventStanding.MovedToPast => StatusReason.EventRescheduledToPast,
        EventStanding.CalendarDisconnected => StatusReason.CalendarDisconnected,
        _ => null,
    };

    /// <summary>Whether a decision leaves both record and message as they are.</summary>
    public static bool IsAlready(this PlanningDecision decision, ReminderTrack track) =>
        decision is PlanningDecision.Leave && ReferenceEquals(decision.Track, track);
}
