using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>A day, or an instant together with the zone that it was said in.</summary>
internal sealed record EventTime(DateOnly? Date, DateTimeOffset? At, string? TimeZone)
{
    public static EventTime OnDay(LocalDate date) => new(date.ToDateOnly(), null, null);

    public static EventTime AtInstant(Instant instant, string zone) => new(null, instant.ToDateTimeOffset(), zone);

    /// <summary><c>2026-03-08</c>, <c>2026-03-08T09:00</c> in the zone, or with an offset; null when it is none of these.</summary>
    public static EventTime? Parse(string text, string zoneId)
    {
        if (LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date })
            return OnDay(date);
        if (OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var at })
            return AtInstant(at.ToInstant(), zoneId);
        if (LocalDateTimePattern.ExtendedIso.Parse(text.Length == 16 ? text + ":00" : text) is { Success: true, Value: var local })
            return AtInstant(Zone(zoneId).AtLeniently(local).ToInstant(), zoneId);
        return null;
    }

    public static DateTimeZone Zone(string id) => DateTimeZoneProviders.Tzdb[id];

    public static bool IsZone(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is not null;

    /// <summary>A day begins with the calendar's own midnight.</summary>
    public Instant ToInstant(string calendarZone) => At is { } at
        ? Instant.FromDateTimeOffset(at)
        : Zone(calendarZone).AtStartOfDay(LocalDate.FromDateOnly(Date!.Value)).ToInstant();

    /// <summary>What a clock on the wall shows, midnight for a day.</summary>
    public LocalDateTime ToLocal() => At is { } at
        ? Instant.FromDateTimeOffset(at).InZone(Zone(TimeZone!)).LocalDateTime
        : LocalDate.FromDateOnly(Date!.Value).AtMidnight();

    /// <summary>At the same time on the wall clock.</summary>
    public EventTime PlusDays(int days) => Date is not null
        ? OnDay(ToLocal().Date.PlusDays(days))
        : AtInstant(Zone(TimeZone!).AtLeniently(ToLocal().PlusDays(days)).ToInstant(), TimeZone!);

    /// <summary>The end of an instance id.</summary>
    public string ToKey() => At is { } at
        ? at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)
        : Date!.Value.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
