using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>A local date where it was spent: the same date of two zones is two days, which begin and end apart.</summary>
/// <param name="Date">The date.</param>
/// <param name="Zone">IANA id of the zone.</param>
public sealed record LocalDay(LocalDate Date, string Zone)
{
    /// <summary>The day of an instant.</summary>
    public static LocalDay Of(Instant instant, DateTimeZone zone) => new(LocalTimes.DateOf(instant, zone), zone.Id);
}
