using NodaTime;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>Where the rule of a series puts its occurrences.</summary>
internal static class Occurrences
{
    /// <summary>Starts in ascending order, up to <paramref name="until"/>, which is exclusive.</summary>
    public static IEnumerable<EventTime> StartsOf(EventDetails series, string calendarZone, Instant until)
    {
        var rule = RecurrenceRule.Parse(series.Recurrence!)!;
        var local = series.Start.ToLocal();
        foreach (var date in rule.Dates(local.Date))
        {
            var start = series.Start.At is null
                ? EventTime.OnDay(date)
                : EventTime.AtInstant(EventTime.Zone(series.Start.TimeZone!).AtLeniently(date + local.TimeOfDay).ToInstant(), series.Start.TimeZone!);
            var instant = start.ToInstant(calendarZone);
            if (instant >= until || instant > (series.Start.At is null ? EndOfLocalDay(rule.Until, calendarZone) : rule.Until))
                yield break;
            yield return start;
        }
    }

    /// <summary>The same event at another start: as long as it was, in days or in elapsed time.</summary>
    public static EventDetails At(this EventDetails series, EventTime start)
    {
        var end = start.Date is { } date
            ? EventTime.OnDay(LocalDate.FromDateOnly(date).PlusDays(series.End.Date!.Value.DayNumber - series.Start.Date!.Value.DayNumber))
            : start with { At = start.At!.Value + (series.End.At!.Value - series.Start.At!.Value) };
        return series with { Start = start, End = end, Recurrence = null };
    }

    // UNTIL of an all-day series is a day, whatever the zone.
    private static Instant? EndOfLocalDay(Instant? until, string zone) => until is { } instant
        ? EventTime.Zone(zone).AtStartOfDay(instant.InUtc().Date).ToInstant()
        : null;
}
