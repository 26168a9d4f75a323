using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Users;

/// <summary>What is stored of a user's date: the slots taken on it, by the zone in which the user spent it.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Date">The date.</param>
/// <param name="Zones">Message ids by IANA id of the zone.</param>
internal sealed record SlotsOfDate(string UserId, LocalDate Date, IReadOnlyDictionary<string, IReadOnlyList<string>> Zones) : IOfDay
{
    [System.Text.Json.Serialization.JsonIgnore]
    public LocalDate? Day => Date;

    public static SlotsOfDate Empty(string userId, LocalDate date) => new(userId, date, new Dictionary<string, IReadOnlyList<string>>());

    public DaySlots In(string zone) => new(UserId, new LocalDay(Date, zone), Zones.GetValueOrDefault(zone) ?? []);

    public SlotsOfDate With(DaySlots day) => this with { Zones = new Dictionary<string, IReadOnlyList<string>>(Zones) { [day.Day.Zone] = day.MessageIds } };

    /// <summary>Null when no zone's day holds a slot for the message.</summary>
    public SlotsOfDate? Release(string messageId) =>
        Zones.Values.Any(ids => ids.Contains(messageId))
            ? this with { Zones = Zones.ToDictionary(zone => zone.Key, zone => In(zone.Key).Release(messageId).MessageIds) }
            : null;
}
