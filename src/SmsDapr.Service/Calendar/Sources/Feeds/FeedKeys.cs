using Ical.Net.DataTypes;
using NodaTime;
using NodaTime.Text;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>Names occurrences by where the rule puts them: the instant, or the day when they last all day.</summary>
internal static class FeedKeys
{
    private static readonly InstantPattern AtInstant = InstantPattern.CreateWithInvariantCulture("uuuuMMdd't'HHmmss'z'");
    private static readonly LocalDatePattern OnDay = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");

    public static string Of(CalDateTime original, FeedZones zones)
    {
        var local = LocalDateTime.FromDateTime(original.Value);
        return original.HasTime ? AtInstant.Format(zones.Of(original).AtLeniently(local).ToInstant()) : OnDay.Format(local.Date);
    }

    /// <summary>About when that is; null when it is no key.</summary>
    public static Instant? Parse(string key)
    {
        if (AtInstant.Parse(key) is { Success: true, Value: var instant })
            return instant;
        return OnDay.Parse(key) is { Success: true, Value: var date } ? date.AtMidnight().InUtc().ToInstant() : null;
    }
}
