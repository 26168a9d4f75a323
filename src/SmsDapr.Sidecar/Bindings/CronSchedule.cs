using Cronos;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Bindings;

/// <summary>When a cron binding fires: 5 or 6 fields, a macro such as <c>@hourly</c>, or <c>@every 1h30m</c>.</summary>
internal abstract class CronSchedule
{
    private static readonly string[] ZonePrefixes = ["CRON_TZ=", "TZ="];

    /// <summary>The zone that the schedule names itself; null: the clock's own.</summary>
    public virtual string? ZoneName => null;

    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <exception cref="FormatException">The text is no schedule; the message says why.</exception>
    public static CronSchedule Parse(string text, TimeZoneInfo localZone)
    {
        var (zone, schedule) = SplitZone(text.Trim());
        if (schedule.StartsWith("@every ", StringComparison.Ordinal))
        {
            return GoDuration.TryParse(schedule["@every ".Length..].Trim(), out var interval)
                ? new Interval(interval < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : interval)
                : throw new FormatException($"'{schedule}' has no valid duration");
        }

        try
        {
            return new Fields(schedule, zone ?? localZone, zone?.Id);
        }
        catch (CronFormatException malformed)
        {
            throw new FormatException($"'{schedule}' is not a cron schedule: {malformed.Message}", malformed);
        }
    }

    private static (TimeZoneInfo? Zone, string Schedule) SplitZone(string text)
    {
        if (Array.Find(ZonePrefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal)) is not { } found)
            return (null, text);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var name = space < 0 ? text[found.Length..] : text[found.Length..space];
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? (zone, space < 0 ? "" : text[space..].Trim())
            : throw new FormatException($"'{name}' is not a time zone");
    }

    private sealed class Interval(TimeSpan interval) : CronSchedule
    {
        public override DateTimeOffset? Next(DateTimeOffset after) => after + interval;
    }

    private sealed class Fields : CronSchedule
    {
        private readonly List<CronExpression> _alternatives;
        private readonly TimeZoneInfo _zone;

        public Fields(string schedule, TimeZoneInfo zone, string? zoneName)
        {
            _alternatives = [.. Alternatives(schedule)];
            _zone = zone;
            ZoneName = zoneName;
        }

        public override string? ZoneName { get; }

        public override DateTimeOffset? Next(DateTimeOffset after) =>
            _alternatives.Select(expression => Next(expression, after.UtcDateTime)).Min();

        // Where clocks change, daprd follows the wall clock as it is shown: a time that is skipped does not come that day, one that is
        // shown twice comes twice. Cronos has other ways, so it is only asked about stretches of one offset.
        private DateTimeOffset? Next(CronExpression expression, DateTime from)
        {
            for (var inclusive = false; ; inclusive = true)
            {
                var offset = _zone.GetUtcOffset(from);
                if (expression.GetNextOccurrence(from + offset, inclusive) is not { } shown)
                    return null;
                var next = shown - offset;
                if (_zone.GetUtcOffset(next) == offset)
                    return new DateTimeOffset(next);
                from = Change(from, next, offset);
            }
        }

        /// <summary>The first instant after <paramref name="before"/> that no longer has the offset.</summary>
        private DateTime Change(DateTime before, DateTime after, TimeSpan offset)
        {
            while (after - before > TimeSpan.FromTicks(1))
            {
                var middle = before + ((after - before) / 2);
                if (_zone.GetUtcOffset(middle) == offset)
                    before = middle;
                else
                    after = middle;
            }

            return after;
        }

        // Cron fires on either day when both are given; Cronos asks for both.
        private static IEnumerable<CronExpression> Alternatives(string schedule)
        {
            var fields = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length is not (5 or 6))
            {
                yield return CronExpression.Parse(schedule);
                yield break;
            }

            var format = fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard;
            var (day, weekday) = (fields.Length - 3, fields.Length - 1);
            if (IsAny(fields[day]) || IsAny(fields[weekday]))
            {
                yield return CronExpression.Parse(schedule, format);
                yield break;
            }

            yield return CronExpression.Parse(With(fields, day, "*"), format);
            yield return CronExpression.Parse(With(fields, weekday, "*"), format);
        }

        private static bool IsAny(string field) => field is "*" or "?";

        private static string With(string[] fields, int index, string value) =>
            string.Join(' ', fields.Select((field, at) => at == index ? value : field));
    }
}
