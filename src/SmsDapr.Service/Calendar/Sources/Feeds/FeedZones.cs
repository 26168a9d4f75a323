using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using NodaTime;
using NodaTime.TimeZones;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>
/// What the zone names of one feed mean: an IANA or Windows zone when the name says so, else what the feed's own VTIMEZONE says, else the
/// calendar's zone. A name that nobody knows must not cost the user the whole calendar.
/// </summary>
internal sealed class FeedZones
{
    // A zone's own rules are followed this far around the window.
    private const int YearsAround = 2;

    private readonly Dictionary<string, DateTimeZone> _known = new(StringComparer.Ordinal);
    private readonly Ical.Net.Calendar _calendar;
    private readonly int _year;

    /// <param name="calendar">The feed.</param>
    /// <param name="around">When its events are wanted.</param>
    public FeedZones(Ical.Net.Calendar calendar, Instant around)
    {
        _calendar = calendar;
        _year = around.InUtc().Year;
        Floating = Named(calendar.Properties["X-WR-TIMEZONE"]?.Value as string)
            ?? (calendar.TimeZones is [{ TzId: { } only }] ? Resolve(only) : null)
            ?? DateTimeZone.Utc;
    }

    /// <summary>The zone of times that name none, and of days.</summary>
    public DateTimeZone Floating { get; }

    public DateTimeZone Of(CalDateTime time) => time switch
    {
        { IsUtc: true } => DateTimeZone.Utc,
        { TzId: { } id } => Resolve(id) ?? Floating,
        _ => Floating,
    };

    private DateTimeZone? Resolve(string id)
    {
        if (_known.TryGetValue(id, out var known))
            return known;
        var described = _calendar.TimeZones.FirstOrDefault(zone => zone.TzId == id);
        var found = Named(id) ?? Named(described?.Location) ?? (described is null ? null : Described(described));
        if (found is not null)
            _known[id] = found;
        return found;
    }

    private static DateTimeZone? Named(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        var id = name.Trim();
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } zone)
            return zone;
        if (TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(id, out var mapped))
            return DateTimeZoneProviders.Tzdb.GetZoneOrNull(mapped);
        // Such as /mozilla.org/20050126_1/Europe/Berlin
        return id.Split('/') is { Length: > 2 } parts
            ? DateTimeZoneProviders.Tzdb.GetZoneOrNull($"{parts[^2]}/{parts[^1]}")
                ?? (parts.Length > 3 ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(string.Join('/', parts[^3..])) : null)
            : null;
    }

    private DateTimeZone? Described(VTimeZone zone)
    {
        var changes = new List<(Instant At, Offset From, Offset To)>();
        foreach (var rule in zone.TimeZoneInfos)
        {
            if (rule is not { DtStart: { } start, OffsetFrom: { } from, OffsetTo: { } to })
                continue;
            var (before, after) = (Offset.FromTimeSpan(from.Offset), Offset.FromTimeSpan(to.Offset));
            changes.AddRange(Onsets(rule, start).Select(onset => (onset.WithOffset(before).ToInstant(), before, after)));
        }

        return changes.Count == 0
            ? null
            : FeedTimeZone.Of(zone.TzId ?? "feed", changes.MinBy(change => change.At).From, changes.Select(change => (change.At, change.To)));
    }

    private IEnumerable<LocalDateTime> Onsets(Ical.Net.VTimeZoneInfo rule, CalDateTime start)
    {
        var first = LocalDateTime.FromDateTime(start.Value);
        yield return first;
        if (rule.RecurrenceRule is not { } yearly)
            yield break;
        // Rules that begin in 1601 would be followed through the centuries.
        var reference = yearly.Count is null && first.Year < _year - YearsAround ? first.PlusYears(_year - YearsAround - first.Year) : first;
        foreach (var onset in FeedRecurrence.Starts(yearly, reference, yearly.Until, DateTimeZone.Utc, reference, reference.PlusYears(YearsAround * 2 + 1)))
            yield return onset;
    }
}
