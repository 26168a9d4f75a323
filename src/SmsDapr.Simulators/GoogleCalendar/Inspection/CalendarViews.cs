using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Inspection;

/// <summary>A calendar as the inspection API shows it.</summary>
internal sealed record CalendarView(string Id, string Summary, string TimeZone, CalendarAccess Access, long Revision)
{
    public static CalendarView Of(StoredCalendar calendar) =>
        new(calendar.Id, calendar.Summary, calendar.TimeZone, calendar.Access, calendar.Revision);
}

/// <summary>An event or an occurrence as the inspection API shows it; <paramref name="Start"/> is a date or a local time in its zone.</summary>
internal sealed record EventView(
    string Id,
    string? SeriesId,
    string? Summary,
    string? Description,
    string? Location,
    string Start,
    string End,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    bool AllDay,
    string? TimeZone,
    string? Recurrence,
    string? JoinLink,
    string EventType,
    string? Response,
    string Status,
    string ETag)
{
    public static EventView Of(EventItem item, StoredCalendar calendar)
    {
        var details = item.Details;
        return new(
            item.Id,
            item.SeriesId,
            details.Summary,
            details.Description,
            details.Location,
            Text(details.Start),
            Text(details.End),
            details.Start.ToInstant(calendar.TimeZone).ToDateTimeOffset(),
            details.End.ToInstant(calendar.TimeZone).ToDateTimeOffset(),
            details.Start.Date is not null,
            details.Start.TimeZone,
            details.Recurrence,
            details.JoinLink,
            details.EventType,
            details.Response,
            item.Cancelled ? "cancelled" : details.Status,
            Api.EventJson.ETag(item.Revision));
    }

    private static string Text(EventTime time) => time.Date is not null
        ? $"{time.Date:yyyy-MM-dd}"
        : $"{time.ToLocal().ToDateTimeUnspecified():yyyy-MM-ddTHH:mm:ss}";
}
