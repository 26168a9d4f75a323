using System.Runtime.Serialization;
using Ical.Net.CalendarComponents;
using Ical.Net.Evaluation;
using NodaTime;
using SmsDapr.Core.Calendar;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>A feed, read. What cannot be understood in one event costs that event only.</summary>
internal sealed class Feed
{
    private const int MostEntries = 10_000;

    private readonly List<FeedExpansion> _events;
    private readonly FeedZones _zones;

    private Feed(List<FeedExpansion> events, FeedZones zones) => (_events, _zones) = (events, zones);

    /// <summary>IANA id of the zone of its floating times; null when the feed describes one itself.</summary>
    public string? TimeZone => DateTimeZoneProviders.Tzdb.GetZoneOrNull(_zones.Floating.Id)?.Id;

    /// <param name="calendarId">Whose feed it is.</param>
    /// <param name="text">iCalendar.</param>
    /// <param name="around">When its events are wanted.</param>
    /// <exception cref="CalendarRefusedException">It is no iCalendar.</exception>
    public static Feed Parse(string calendarId, string text, Instant around)
    {
        var calendar = Load(text);
        var zones = new FeedZones(calendar, around);
        var name = calendar.Properties["X-WR-CALNAME"]?.Value as string;
        var entries = new FeedEntries(calendarId, name?.Contains('@', StringComparison.Ordinal) == true ? name.Trim() : null, zones);
        return new Feed(
            [.. calendar.Events.GroupBy(UidOf, StringComparer.Ordinal).Select(group => new FeedExpansion(group.Key, group, zones, entries))], zones);
    }

    /// <summary>What overlaps a window, and how many events could not be understood.</summary>
    public (IReadOnlyList<CalendarEntry> Entries, int Unreadable) Entries(Instant from, Instant to)
    {
        var entries = new List<CalendarEntry>();
        var unreadable = 0;
        foreach (var expansion in _events)
        {
            if (TryExpand(() => expansion.Entries(from, to).ToList()) is { } found)
                entries.AddRange(found);
            else
                unreadable++;
            if (entries.Count > MostEntries)
                throw new CalendarRefusedException("feed_too_large");
        }

        return (entries, unreadable);
    }

    public CalendarEntry? Find(string id)
    {
        var expansion = _events.Find(candidate => id == candidate.Id || id.StartsWith($"{candidate.Id}_", StringComparison.Ordinal));
        return expansion is null ? null : TryExpand(() => expansion.Find(id) is { } entry ? new List<CalendarEntry> { entry } : [])?.FirstOrDefault();
    }

    private static Ical.Net.Calendar Load(string text)
    {
        try
        {
            return Ical.Net.Calendar.Load(text) ?? throw new CalendarRefusedException("not_a_calendar");
        }
        catch (Exception unreadable) when (unreadable is SerializationException or FormatException or ArgumentException or InvalidOperationException)
        {
            // Not as an inner exception: it may quote the feed.
            throw new CalendarRefusedException("not_a_calendar");
        }
    }

    private static List<CalendarEntry>? TryExpand(Func<List<CalendarEntry>> expand)
    {
        try
        {
            return expand();
        }
        catch (Exception strange) when (strange is EvaluationException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }

    // RFC 5545 requires one; without it the same event is known by its beginning and its title.
    private static string UidOf(CalendarEvent component) => component.Uid ?? $"{component.DtStart?.Value:s} {component.Summary}";
}
