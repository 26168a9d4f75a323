using System.Security.Cryptography;
using System.Text;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using NodaTime;
using SmsDapr.Core.Calendar;
using Duration = NodaTime.Duration;
using Period = NodaTime.Period;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>Components of a feed as entries.</summary>
internal sealed class FeedEntries(string calendarId, string? owner, FeedZones zones)
{
    private const int IdBytes = 16;
    private const int VersionBytes = 8;

    // Where the calendars of Google, Microsoft and the standard keep the way to join.
    private static readonly string[] JoinProperties = ["CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGCONFLINK"];

    /// <summary>Short, harmless and always the same, whatever the feed calls its events.</summary>
    public static string IdOf(string uid) => Digest(uid, IdBytes);

    /// <summary>Null when it is cancelled.</summary>
    public CalendarEntry? Of(CalendarEvent component, string id, CalDateTime start, string? seriesId)
    {
        if (string.Equals(component.Status, "CANCELLED", StringComparison.OrdinalIgnoreCase))
            return null;
        var entry = new CalendarEntry
        {
            Id = id,
            CalendarId = calendarId,
            Title = string.IsNullOrWhiteSpace(component.Summary) ? null : component.Summary,
            Description = component.Description,
            Location = component.Location,
            JoinLink = JoinProperties.Select(name => Text(component, name)).FirstOrDefault(IsHttps),
            Page = IsHttps(component.Url?.OriginalString) ? component.Url!.OriginalString : null,
            SeriesId = seriesId,
            Declined = component.Attendees.Any(attendee => IsOwner(attendee)
                && string.Equals(attendee.ParticipationStatus, "DECLINED", StringComparison.OrdinalIgnoreCase)),
            IsAppointment = Text(component, "X-MICROSOFT-CDO-BUSYSTATUS")?.ToUpperInvariant() is not ("OOF" or "WORKINGELSEWHERE"),
        };
        entry = WithTimes(entry, component, start);
        return entry with { Version = VersionOf(entry) };
    }

    /// <summary>From the start of an occurrence to its end.</summary>
    public Duration LengthOf(CalendarEvent component)
    {
        var first = component.DtStart!;
        if (component.DtEnd is { } end)
            return Duration.Max(At(end) - At(first), Duration.Zero);
        if (component.Duration is { } duration)
            return Duration.FromTimeSpan(duration.ToTimeSpanUnspecified());
        return first.HasTime ? Duration.Zero : Duration.FromDays(1);
    }

    private CalendarEntry WithTimes(CalendarEntry entry, CalendarEvent component, CalDateTime start)
    {
        var local = LocalDateTime.FromDateTime(start.Value);
        if (!start.HasTime)
        {
            var days = component.DtEnd is { } end && !component.DtStart!.HasTime
                ? Period.DaysBetween(LocalDate.FromDateOnly(component.DtStart.Date), LocalDate.FromDateOnly(end.Date))
                : (int)LengthOf(component).TotalDays;
            return entry with { StartDate = local.Date, EndDate = local.Date.PlusDays(Math.Max(days, 1)) };
        }

        var from = At(start);
        return entry with { Start = from, End = EndOf(component, start, from) };
    }

    private Instant EndOf(CalendarEvent component, CalDateTime start, Instant from)
    {
        if (component.DtEnd is not null || component.Duration is not { } duration)
            return from + LengthOf(component);
        // Weeks and days are days of the calendar, hours and minutes are time.
        var days = ((duration.Weeks ?? 0) * 7 + (duration.Days ?? 0)) * duration.Sign;
        var time = Duration.FromHours(duration.Hours ?? 0) + Duration.FromMinutes(duration.Minutes ?? 0) + Duration.FromSeconds(duration.Seconds ?? 0);
        var day = zones.Of(start).AtLeniently(LocalDateTime.FromDateTime(start.Value).PlusDays(days)).ToInstant();
        return Instant.Max(day + time * duration.Sign, from);
    }

    private Instant At(CalDateTime time) => zones.Of(time).AtLeniently(LocalDateTime.FromDateTime(time.Value)).ToInstant();

    private bool IsOwner(Attendee attendee) =>
        owner is not null && string.Equals(attendee.Value?.OriginalString, $"mailto:{owner}", StringComparison.OrdinalIgnoreCase);

    private static string? Text(CalendarEvent component, string name) => component.Properties[name]?.Value?.ToString();

    private static bool IsHttps(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var link) && link.Scheme == Uri.UriSchemeHttps;

    /// <summary>Feeds count changes badly or not at all, so what is read is what counts.</summary>
    private static string VersionOf(CalendarEntry entry) => Digest(
        string.Join(
            '\n',
            entry.Title,
            entry.Description,
            entry.Location,
            entry.JoinLink,
            entry.Page,
            entry.Start,
            entry.End,
            entry.StartDate,
            entry.EndDate,
            entry.Declined,
            entry.IsAppointment),
        VersionBytes);

    private static string Digest(string text, int bytes) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, bytes));
}
