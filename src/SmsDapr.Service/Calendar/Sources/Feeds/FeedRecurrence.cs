using Ical.Net;
using Ical.Net.DataTypes;
using Ical.Net.Evaluation;
using NodaTime;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>Follows recurrence rules on the wall clock of their zone, the only one they speak of.</summary>
internal static class FeedRecurrence
{
    /// <summary>More than an occurrence every hour for six weeks is no appointment.</summary>
    public const int MostOccurrences = 1_000;

    private static readonly EvaluationOptions Bounded = new() { MaxUnmatchedIncrementsLimit = 1_000 };

    /// <summary>Local starts from <paramref name="from"/> until <paramref name="to"/>, which is exclusive.</summary>
    /// <param name="rule">The rule; one that repeats every minute or second is not followed.</param>
    /// <param name="first">DTSTART, by which the rule is counted.</param>
    /// <param name="until">The rule's end.</param>
    /// <param name="zone">The zone of <paramref name="first"/>, in which an end in UTC is read.</param>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    public static IEnumerable<LocalDateTime> Starts(
        RecurrenceRule rule, LocalDateTime first, CalDateTime? until, DateTimeZone zone, LocalDateTime from, LocalDateTime to)
    {
        if (rule.Frequency is FrequencyType.Secondly or FrequencyType.Minutely)
            return [];
        var local = new RecurrenceRule(rule.ToString()!) { Until = until is null ? null : Floating(LastStart(until, zone)) };
        return new RecurrencePatternEvaluator(local)
            .Evaluate(Floating(first), Floating(LocalDateTime.Max(first, from)), Bounded)
            .Select(period => LocalDateTime.FromDateTime(period.StartTime.Value))
            .TakeWhile(start => start < to)
            .Where(start => start >= from)
            .Take(MostOccurrences);
    }

    private static LocalDateTime LastStart(CalDateTime until, DateTimeZone zone)
    {
        var local = LocalDateTime.FromDateTime(until.Value);
        if (!until.HasTime)
            return local.Date.PlusDays(1).AtMidnight().PlusSeconds(-1);
        return until.IsUtc ? local.InUtc().ToInstant().InZone(zone).LocalDateTime : local;
    }

    private static CalDateTime Floating(LocalDateTime time) => new(time.ToDateTimeUnspecified(), hasTime: true);
}
