using NodaTime;
using NodaTime.TimeZones;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>A zone that a feed describes itself: offsets and the instants at which they begin.</summary>
internal sealed class FeedTimeZone : DateTimeZone
{
    private readonly ZoneInterval[] _intervals;

    private FeedTimeZone(string id, ZoneInterval[] intervals)
        : base(id, intervals.Length == 1, intervals.Min(interval => interval.WallOffset), intervals.Max(interval => interval.WallOffset)) => _intervals = intervals;

    /// <param name="id">What the feed calls it.</param>
    /// <param name="first">The offset before the first change.</param>
    /// <param name="changes">In any order.</param>
    public static DateTimeZone Of(string id, Offset first, IEnumerable<(Instant At, Offset To)> changes)
    {
        var intervals = new List<ZoneInterval>();
        Instant? begin = null;
        var offset = first;
        foreach (var (at, to) in changes.OrderBy(change => change.At))
        {
            if (at <= begin || to == offset)
                continue;
            intervals.Add(new ZoneInterval(id, begin, at, offset, Offset.Zero));
            (begin, offset) = (at, to);
        }

        intervals.Add(new ZoneInterval(id, begin, null, offset, Offset.Zero));
        return new FeedTimeZone(id, [.. intervals]);
    }

    public override ZoneInterval GetZoneInterval(Instant instant) => Array.Find(_intervals, interval => interval.Contains(instant))!;
}
