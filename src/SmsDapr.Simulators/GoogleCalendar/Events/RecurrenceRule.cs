using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

internal enum Frequency
{
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// <summary>
/// The rules that people make in a calendar: every n days, weeks (on some weekdays), months (on the same day, or on the n-th weekday) or years,
/// for ever, until, or so many times. Written apart from any iCalendar library, so that one can be checked against the other.
/// </summary>
internal sealed record RecurrenceRule(
    Frequency Frequency, int Interval, int? Count, Instant? Until, IReadOnlyList<(int Nth, IsoDayOfWeek Day)> Days)
{
    private const string Prefix = "RRULE:";

    private static readonly InstantPattern UntilInstant = InstantPattern.CreateWithInvariantCulture("yyyyMMdd'T'HHmmss'Z'");
    private static readonly LocalDatePattern UntilDate = LocalDatePattern.CreateWithInvariantCulture("yyyyMMdd");
    private static readonly string[] DayNames = ["", "MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    /// <summary>Null when it is a rule that this simulator does not know.</summary>
    public static RecurrenceRule? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var rule = new RecurrenceRule(Frequency.Daily, 1, null, null, []);
        var named = false;
        foreach (var part in text[Prefix.Length..].Split(';'))
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k, v) : (part, "");
            RecurrenceRule? next = key switch
            {
                "FREQ" when Enum.TryParse<Frequency>(value, ignoreCase: true, out var frequency) => rule with { Frequency = frequency },
                "INTERVAL" when Number(value) is { } interval => rule with { Interval = interval },
                "COUNT" when Number(value) is { } count => rule with { Count = count },
                "UNTIL" when ParseUntil(value) is { } until => rule with { Until = until },
                "BYDAY" when ParseDays(value) is { } days => rule with { Days = days },
                "WKST" when value == "MO" => rule,
                _ => null,
            };
            if (next is null)
                return null;
            rule = next;
            named |= key == "FREQ";
        }

        var daysFit = rule.Days.Count == 0
            || (rule.Frequency == Frequency.Weekly && rule.Days.All(day => day.Nth == 0))
            || (rule.Frequency == Frequency.Monthly && rule.Days.All(day => day.Nth != 0));
        return named && daysFit ? rule : null;
    }

    public static string UntilText(Instant until) => UntilInstant.Format(until);

    /// <summary>The days of a series that begins on <paramref name="first"/>, ascending, without regard to <see cref="Until"/>.</summary>
    public IEnumerable<LocalDate> Dates(LocalDate first)
    {
        var made = 0;
        for (var period = 0; ; period += Interval)
        {
            foreach (var date in DatesOf(first, period))
            {
                if (date < first)
                    continue;
                if (made++ == Count)
                    yield break;
                yield return date;
            }

            // What no month ever has would search for ever.
            if (period > 12_000)
                yield break;
        }
    }

    private IEnumerable<LocalDate> DatesOf(LocalDate first, int period)
    {
        switch (Frequency)
        {
            case Frequency.Daily:
                return [first.PlusDays(period)];
            case Frequency.Weekly when Days.Count == 0:
                return [first.PlusWeeks(period)];
            case Frequency.Weekly:
                var monday = first.PlusDays(1 - (int)first.DayOfWeek).PlusWeeks(period);
                return Days.Select(day => monday.PlusDays((int)day.Day - 1)).Order();
            case Frequency.Monthly when Days.Count > 0:
                var month = first.With(DateAdjusters.StartOfMonth).PlusMonths(period);
                return Days.Select(day => Nth(month, day.Nth, day.Day)).OfType<LocalDate>().Order();
            case Frequency.Monthly:
                return Same(first.PlusMonths(period), first.Day);
            default:
                return Same(first.PlusYears(period), first.Day);
        }
    }

    // The 31st of a month of 30 days is no day at all, not the 30th.
    private static LocalDate[] Same(LocalDate date, int day) => date.Day == day ? [date] : [];

    private static LocalDate? Nth(LocalDate monthStart, int nth, IsoDayOfWeek day)
    {
        if (nth > 0)
        {
            var date = monthStart.With(DateAdjusters.NextOrSame(day)).PlusWeeks(nth - 1);
            return date.Month == monthStart.Month ? date : null;
        }

        var fromEnd = monthStart.With(DateAdjusters.EndOfMonth).With(DateAdjusters.PreviousOrSame(day)).PlusWeeks(nth + 1);
        return fromEnd.Month == monthStart.Month ? fromEnd : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1000 ? number : null;

    private static Instant? ParseUntil(string text)
    {
        if (UntilInstant.Parse(text) is { Success: true, Value: var until })
            return until;
        // A day is meant as a whole.
        return UntilDate.Parse(text) is { Success: true, Value: var date }
            ? date.PlusDays(1).AtMidnight().InUtc().ToInstant() - Duration.FromSeconds(1)
            : null;
    }

    private static List<(int Nth, IsoDayOfWeek Day)>? ParseDays(string text)
    {
        var days = new List<(int, IsoDayOfWeek)>();
        foreach (var part in text.Split(','))
        {
            var day = part.Length < 2 ? -1 : Array.IndexOf(DayNames, part[^2..]);
            var nth = 0;
            if (day < 1 || (part.Length > 2 && !int.TryParse(part[..^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out nth)) || nth is < -5 or > 5)
                return null;
            days.Add((nth, (IsoDayOfWeek)day));
        }

        return days;
    }
}
