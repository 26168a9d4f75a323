using NodaTime;
using NodaTime.Text;
using SmsDapr.Core.Calendar;

namespace SmsDapr.Service.Calendar.Sources.GoogleCalendar;

/// <summary>Google's events as entries.</summary>
internal static class GoogleEntries
{
    /// <summary>Null for an event that is gone, or that says neither when it begins nor when it ends.</summary>
    public static CalendarEntry? ToEntry(this GoogleEvent found, string calendarId, string? calendarZone)
    {
        if (found is not { Id: { } id, Status: not "cancelled", Start: { } start, End: { } end })
            return null;
        var entry = new CalendarEntry
        {
            Id = id,
            CalendarId = calendarId,
            Version = found.Etag,
            Title = string.IsNullOrWhiteSpace(found.Summary) ? null : found.Summary,
            Description = found.Description,
            Location = found.Location,
            JoinLink = JoinLinkOf(found),
            Page = IsLink(found.HtmlLink, allowHttp: true) ? found.HtmlLink : null,
            SeriesId = found.RecurringEventId,
            Declined = found.Attendees?.Any(attendee => attendee is { Self: true, ResponseStatus: "declined" }) == true,
            IsAppointment = found.EventType is null or "default" or "fromGmail",
        };
        if (Day(start) is { } firstDay && Day(end) is { } dayAfter)
            return entry with { StartDate = firstDay, EndDate = dayAfter };
        return At(start, calendarZone) is { } from && At(end, calendarZone) is { } to ? entry with { Start = from, End = to } : null;
    }

    private static LocalDate? Day(GoogleTime time) =>
        time.Date is { } text && LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date } ? date : null;

    private static Instant? At(GoogleTime time, string? calendarZone)
    {
        if (time.DateTime is not { } text)
            return null;
        if (OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var at })
            return at.ToInstant();
        // An answer always carries an offset; a zone beside a time without one is what requests may send.
        return LocalDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var local }
            && (time.TimeZone ?? calendarZone) is { } zone
                ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone)?.AtLeniently(local).ToInstant()
                : null;
    }

    private static string? JoinLinkOf(GoogleEvent found)
    {
        var video = found.ConferenceData?.EntryPoints?.FirstOrDefault(point => point.EntryPointType == "video")?.Uri;
        return new[] { found.HangoutLink, video }.FirstOrDefault(link => IsLink(link, allowHttp: false));
    }

    private static bool IsLink(string? text, bool allowHttp) => Uri.TryCreate(text, UriKind.Absolute, out var link)
        && (link.Scheme == Uri.UriSchemeHttps || (allowHttp && link.Scheme == Uri.UriSchemeHttp));
}
