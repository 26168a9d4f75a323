using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using NodaTime;
using SmsDapr.Core.Calendar;
using Duration = NodaTime.Duration;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>One occurrence: which one, and how it is.</summary>
internal sealed record FeedOccurrence(string Id, CalendarEntry? Entry);

/// <summary>
/// All that a feed says about one UID: an event or series, and the occurrences that differ from it. <c>RANGE=THISANDFUTURE</c> is taken for the
/// one occurrence it names.
/// </summary>
internal sealed class FeedExpansion
{
    // A series that moved by more than this from where its rule puts it is found by its own entry anyway.
    private static readonly Duration Slack = Duration.FromDays(31);

    private readonly CalendarEvent? _main;
    private readonly Dictionary<string, CalendarEvent> _changed = new(StringComparer.Ordinal);
    private readonly FeedZones _zones;
    private readonly FeedEntries _entries;

    public FeedExpansion(string uid, IEnumerable<CalendarEvent> components, FeedZones zones, FeedEntries entries)
    {
        Id = FeedEntries.IdOf(uid);
        _zones = zones;
        _entries = entries;
        // Of several with the same name the latest counts.
        var dated = components.Where(component => component.DtStart is not null);
        foreach (var component in dated.OrderBy(component => component.Sequence).ThenBy(component => component.DtStamp?.Value))
        {
            if (component.RecurrenceIdentifier?.StartTime is { } original)
                _changed[Key(original)] = component;
            else
                _main = component;
        }
    }

    /// <summary>The same at every fetch.</summary>
    public string Id { get; }

    private bool IsSeries => _main is { } main && (main.RecurrenceRule is not null || Dates(main).Any());

    /// <summary>What overlaps a window.</summary>
    public IEnumerable<CalendarEntry> Entries(Instant from, Instant to) =>
        Occurrences(from, to).Select(found => found.Entry).OfType<CalendarEntry>().Where(entry => Overlaps(entry, from, to));

    /// <summary>One occurrence by its id, wherever it lies.</summary>
    public CalendarEntry? Find(string id)
    {
        if (!IsSeries)
            return Occurrences(Instant.MinValue, Instant.MaxValue).FirstOrDefault(found => found.Id == id)?.Entry;
        if (_changed.TryGetValue(id[(Id.Length + 1)..], out var changed))
            return Entry(changed, id, changed.DtStart!, Id);
        // The key says where the rule puts it.
        return FeedKeys.Parse(id[(Id.Length + 1)..]) is { } about
            ? Occurrences(about - Slack, about + Slack).FirstOrDefault(found => found.Id == id)?.Entry
            : null;
    }

    private IEnumerable<FeedOccurrence> Occurrences(Instant from, Instant to)
    {
        foreach (var (key, changed) in _changed)
            yield return new FeedOccurrence($"{Id}_{key}", Entry(changed, $"{Id}_{key}", changed.DtStart!, Id));
        if (_main is not { DtStart: { } first } main)
            yield break;
        if (!IsSeries)
        {
            yield return new FeedOccurrence(Id, Entry(main, Id, first, null));
            yield break;
        }

        var except = main.ExceptionDates.GetAllDates().Select(Key).ToHashSet(StringComparer.Ordinal);
        foreach (var start in Starts(main, first, from, to))
        {
            var key = Key(start);
            if (!_changed.ContainsKey(key) && !except.Contains(key))
                yield return new FeedOccurrence($"{Id}_{key}", Entry(main, $"{Id}_{key}", start, Id));
        }
    }

    private IEnumerable<CalDateTime> Starts(CalendarEvent main, CalDateTime first, Instant from, Instant to)
    {
        var zone = _zones.Of(first);
        var local = LocalDateTime.FromDateTime(first.Value);
        // An occurrence that began before the window may still go on in it.
        var length = _entries.LengthOf(main);
        var begin = Local(from, zone, -length.Plus(Duration.FromDays(1)));
        var end = Local(to, zone, Duration.FromDays(1));
        var starts = (main.RecurrenceRule is { } rule ? FeedRecurrence.Starts(rule, local, rule.Until, zone, begin, end) : [])
            .Concat(local >= begin && local < end ? [local] : [])
            .Distinct()
            .Select(start => new CalDateTime(start.ToDateTimeUnspecified(), first.TzId, first.HasTime));
        return starts.Concat(Dates(main));
    }

    private static IEnumerable<CalDateTime> Dates(CalendarEvent main) =>
        main.RecurrenceDates.GetAllDates().Concat(main.RecurrenceDates.GetAllPeriods().Select(period => period.StartTime));

    private static LocalDateTime Local(Instant instant, DateTimeZone zone, Duration shift)
    {
        // Far enough from the ends of time for any arithmetic.
        var bounded = Instant.Max(Instant.Min(instant, Instant.FromUtc(9000, 1, 1, 0, 0)), Instant.FromUtc(1000, 1, 1, 0, 0));
        return (bounded + shift).InZone(zone).LocalDateTime;
    }

    private CalendarEntry? Entry(CalendarEvent component, string id, CalDateTime start, string? seriesId) => _entries.Of(component, id, start, seriesId);

    private string Key(CalDateTime original) => FeedKeys.Of(original, _zones);

    private bool Overlaps(CalendarEntry entry, Instant from, Instant to)
    {
        var start = entry.Start ?? entry.StartDate!.Value.AtStartOfDayInZone(_zones.Floating).ToInstant();
        var end = entry.End ?? entry.EndDate!.Value.AtStartOfDayInZone(_zones.Floating).ToInstant();
        return start < to && (end > from || start >= from);
    }
}
