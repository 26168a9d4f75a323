using System.Globalization;
using System.Text;
using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Behaviours;
using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Inspection;

/// <summary>Each calendar once more as an iCalendar feed, as a private address gives it: whoever knows the address may read it.</summary>
internal static class CalendarFeed
{
    public static void MapCalendarFeed(this IEndpointRouteBuilder app) =>
        app.MapGet("/_sim/calendar/{calendarId}.ics", Serve).WithCall(CalendarCall.Feed);

    private static IResult Serve(string calendarId, HttpContext http, CalendarState state, TimeProvider clock)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        return state.Read<IResult>(calendarId, calendar =>
        {
            if (calendar.Access != CalendarAccess.Granted)
                return null;
            var tag = $"\"{calendar.Revision.ToString(CultureInfo.InvariantCulture)}\"";
            http.Response.Headers.ETag = tag;
            if (calendar.ChangedAt is { } changed)
                http.Response.Headers.LastModified = changed.ToString("R", CultureInfo.InvariantCulture);
            return http.Request.Headers.IfNoneMatch == tag
                ? Results.StatusCode(StatusCodes.Status304NotModified)
                : Results.Text(Write(calendar, now), "text/calendar", Encoding.UTF8);
        }) ?? Results.NotFound();
    }

    private static string Write(StoredCalendar calendar, Instant now)
    {
        var lines = new FeedLines();
        lines.Add("BEGIN:VCALENDAR");
        lines.Add("VERSION:2.0");
        lines.Add("PRODID:-//SmsDapr//Calendar simulator//EN");
        // As Google calls the feed of a person's own calendar.
        lines.AddText("X-WR-CALNAME", calendar.Id);
        lines.Add($"X-WR-TIMEZONE:{calendar.TimeZone}");
        var events = calendar.Events.Where(stored => !stored.Current.Deleted).ToList();
        foreach (var zone in events.Select(stored => stored.Current.Details.Start.TimeZone).OfType<string>().Distinct().Where(zone => zone != "UTC"))
            FeedZones.Write(lines, zone, now);
        foreach (var stored in events)
        {
            WriteEvent(lines, stored.ToItem(), stored, calendar);
            foreach (var id in stored.Changes.Keys)
            {
                if (stored.FindInstance(id, calendar.TimeZone) is { Cancelled: false } instance)
                    WriteEvent(lines, instance, null, calendar);
            }
        }

        lines.Add("END:VCALENDAR");
        return lines.ToString();
    }

    private static void WriteEvent(FeedLines lines, EventItem item, StoredEvent? series, StoredCalendar calendar)
    {
        var details = item.Details;
        lines.Add("BEGIN:VEVENT");
        lines.Add($"UID:{item.SeriesId ?? item.Id}@google.com");
        lines.Add($"DTSTAMP:{Utc(item.Updated)}");
        lines.Add($"SEQUENCE:{item.Revision.ToString(CultureInfo.InvariantCulture)}");
        AddTime(lines, "DTSTART", details.Start);
        AddTime(lines, "DTEND", details.End);
        if (item.OriginalStart is { } original)
            AddTime(lines, "RECURRENCE-ID", original);
        if (details.Recurrence is { } rule)
            lines.Add(rule);
        foreach (var cancelled in series?.Changes.Values.Where(change => change.Cancelled) ?? [])
            AddTime(lines, "EXDATE", cancelled.OriginalStart);
        lines.AddText("SUMMARY", details.Summary);
        lines.AddText("DESCRIPTION", details.Description);
        lines.AddText("LOCATION", details.Location);
        if (details.JoinLink is { } link)
            lines.Add($"CONFERENCE;VALUE=URI;FEATURE=VIDEO:{link}");
        if (details.Response is { } response)
            lines.Add($"ATTENDEE;PARTSTAT={PartStat(response)}:mailto:{calendar.Id}");
        lines.Add($"STATUS:{details.Status.ToUpperInvariant()}");
        lines.Add("END:VEVENT");
    }

    private static void AddTime(FeedLines lines, string name, EventTime time) => lines.Add(time switch
    {
        { Date: { } date } => $"{name};VALUE=DATE:{date.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}",
        { TimeZone: "UTC" } => $"{name}:{Utc(time.At!.Value)}",
        _ => $"{name};TZID={time.TimeZone}:{time.ToLocal().ToDateTimeUnspecified().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}",
    });

    private static string PartStat(string response) => response == "needsAction" ? "NEEDS-ACTION" : response.ToUpperInvariant();

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
