using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>
/// The local date that a user was on when the time zone changed. What was sent on it counts on until it is over where the user left it
/// and so is the local day on which the user arrived: else a change of zone would bring a fresh limit in the middle of a day.
/// </summary>
/// <param name="Date">The date.</param>
/// <param name="LeftAt">When the zone changed.</param>
/// <param name="EndsAt">When the date ends in the zone that the user left.</param>
public sealed record EarlierDay(LocalDate Date, Instant LeftAt, Instant EndsAt)
{
    /// <summary>Whether it counts at an instant whose local day began at <paramref name="dayBegan"/>.</summary>
    public bool CountsAt(Instant instant, Instant dayBegan) => EndsAt > instant || LeftAt > dayBegan;

    /// <summary>The date that a user leaves behind with a zone, and those left before it that still count in the new one.</summary>
    internal static IReadOnlyList<EarlierDay> After(IReadOnlyList<EarlierDay>? known, DateTimeZone left, DateTimeZone entered, Instant now)
    {
        var date = LocalTimes.DateOf(now, left);
        var dayBegan = LocalTimes.StartOfDay(LocalTimes.DateOf(now, entered), entered);
        return
        [
            .. (known ?? [])
                .Append(new EarlierDay(date, now, LocalTimes.StartOfDay(date.PlusDays(1), left)))
                .Where(day => day.CountsAt(now, dayBegan))
                .GroupBy(day => day.Date)
                .Select(same => new EarlierDay(same.Key, same.Max(day => day.LeftAt), same.Max(day => day.EndsAt))),
        ];
    }
}
