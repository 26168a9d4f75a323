using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>
/// The local day that a user was on when the time zone changed. What was sent on it counts on until it is over where the user left it
/// and so is the local day on which the user arrived: else a change of zone would bring a fresh limit in the middle of a day.
/// </summary>
/// <param name="Day">The day.</param>
/// <param name="LeftAt">When the zone changed.</param>
/// <param name="EndsAt">When the day ends in the zone that the user left.</param>
public sealed record EarlierDay(LocalDay Day, Instant LeftAt, Instant EndsAt)
{
    /// <summary>Whether it counts at an instant whose local day began at <paramref name="dayBegan"/>.</summary>
    public bool CountsAt(Instant instant, Instant dayBegan) => EndsAt > instant || LeftAt > dayBegan;

    /// <summary>The day that a user leaves behind with a zone, and those left before it that still count in the new one.</summary>
    internal static IReadOnlyList<EarlierDay> After(IReadOnlyList<EarlierDay>? known, DateTimeZone left, DateTimeZone entered, Instant now)
    {
        var day = LocalDay.Of(now, left);
        var dayBegan = LocalTimes.StartOfDay(LocalTimes.DateOf(now, entered), entered);
        return
        [
            .. (known ?? [])
                .Where(earlier => earlier.Day != day && earlier.CountsAt(now, dayBegan))
                .Append(new EarlierDay(day, now, LocalTimes.StartOfDay(day.Date.PlusDays(1), left))),
        ];
    }
}
