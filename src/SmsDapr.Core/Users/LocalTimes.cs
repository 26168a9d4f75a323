using NodaTime;
using NodaTime.TimeZones;

namespace SmsDapr.Core.Users;

/// <summary>Turns wall-clock times into instants and looks up zones.</summary>
public static class LocalTimes
{
    /// <summary>The IANA zone of an id, aliases included; null when there is none.</summary>
    public static DateTimeZone? FindZone(string? id) =>
        // The provider would also make zones up from offsets such as UTC+05:30, which IANA does not have.
        id is not null && TzdbDateTimeZoneSource.Default.CanonicalIdMap.ContainsKey(id) ? DateTimeZoneProviders.Tzdb[id] : null;

    /// <summary>The instant of a wall-clock time: a skipped time is the first valid instant after the gap, a doubled one the earlier.</summary>
    public static Instant ToInstant(LocalDateTime local, DateTimeZone zone)
    {
        var mapping = zone.MapLocal(local);
        return mapping.Count == 0 ? mapping.LateInterval.Start : mapping.First().ToInstant();
    }

    /// <summary>When a date begins; one that a zone skips begins with the next.</summary>
    public static Instant StartOfDay(LocalDate date, DateTimeZone zone) => ToInstant(date.AtMidnight(), zone);

    /// <summary>A UTC date from its first instant to the first of the next; the last date ends with time itself.</summary>
    public static Interval UtcDay(LocalDate date) => new(
        date.AtMidnight().InUtc().ToInstant(),
        date == LocalDate.MaxIsoValue ? Instant.MaxValue : date.PlusDays(1).AtMidnight().InUtc().ToInstant());

    /// <summary>The local date of an instant.</summary>
    public static LocalDate DateOf(Instant instant, DateTimeZone zone) => instant.InZone(zone).Date;
}
