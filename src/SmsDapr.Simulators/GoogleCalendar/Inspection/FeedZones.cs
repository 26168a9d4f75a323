using System.Globalization;
using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Events;

namespace SmsDapr.Simulators.GoogleCalendar.Inspection;

/// <summary>The VTIMEZONE of a zone: its changes of offset around now, one by one.</summary>
internal static class FeedZones
{
    private static readonly Duration Before = Duration.FromDays(2 * 366);
    private static readonly Duration After = Duration.FromDays(4 * 366);

    public static void Write(FeedLines lines, string zoneId, Instant now)
    {
        var zone = EventTime.Zone(zoneId);
        lines.Add("BEGIN:VTIMEZONE");
        lines.Add($"TZID:{zoneId}");
        foreach (var interval in zone.GetZoneIntervals(now - Before, now + After))
        {
            var before = interval.HasStart ? zone.GetUtcOffset(interval.Start - Duration.Epsilon) : interval.WallOffset;
            var kind = interval.Savings == Offset.Zero ? "STANDARD" : "DAYLIGHT";
            lines.Add($"BEGIN:{kind}");
            lines.Add($"TZOFFSETFROM:{Text(before)}");
            lines.Add($"TZOFFSETTO:{Text(interval.WallOffset)}");
            lines.Add($"TZNAME:{interval.Name}");
            lines.Add($"DTSTART:{Onset(interval, before)}");
            lines.Add($"END:{kind}");
        }

        lines.Add("END:VTIMEZONE");
    }

    // In the local time that was in force until then.
    private static string Onset(NodaTime.TimeZones.ZoneInterval interval, Offset before) => interval.HasStart
        ? interval.Start.WithOffset(before).LocalDateTime.ToString("uuuuMMdd'T'HHmmss", CultureInfo.InvariantCulture)
        : "19700101T000000";

    private static string Text(Offset offset) => offset.ToString(offset.Seconds % 60 == 0 ? "+HHmm" : "+HHmmss", CultureInfo.InvariantCulture);
}
