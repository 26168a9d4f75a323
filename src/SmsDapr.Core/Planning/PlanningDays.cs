using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Planning;

/// <summary>Local dates as spans of time.</summary>
public static class PlanningDays
{
    /// <summary>
    /// A local date, from its first instant to that of the next. A date that a zone skips is empty; one whose midnight is skipped or doubled begins
    /// with its first instant nonetheless.
    /// </summary>
    public static Interval Window(LocalDate date, DateTimeZone zone) =>
        new(LocalTimes.StartOfDay(date, zone), LocalTimes.StartOfDay(date.PlusDays(1), zone));

    /// <summary>Whether an event belongs to a run's report: its reminder's time, its start or one of its days lies in the run's window.</summary>
    public static bool Concerns(CalendarEntry entry, PlanningContext context)
    {
        var window = context.Window;
        if (entry.Start is { } start)
            return window.Contains(start) || window.Contains(start - Duration.FromMinutes(context.User.LeadTimeMinutes));
        return entry is { StartDate: { } first, EndDate: { } after }
            && LocalTimes.StartOfDay(first, context.User.Zone) < window.End
            && LocalTimes.StartOfDay(after, context.User.Zone) > window.Start;
    }
}
