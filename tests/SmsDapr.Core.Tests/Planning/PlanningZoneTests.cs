using CsCheck;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>Over every IANA zone and every change of a clock from 2024 to 2030.</summary>
public sealed class PlanningZoneTests
{
    private static readonly Interval Years = new(Instant.FromUtc(2024, 1, 1, 0, 0), Instant.FromUtc(2031, 1, 1, 0, 0));

    private static readonly DateTimeZone[] Zones =
        [.. TzdbDateTimeZoneSource.Default.CanonicalIdMap.Values.Distinct().Order(StringComparer.Ordinal).Select(id => DateTimeZoneProviders.Tzdb[id])];

    // One of each kind: zones that jump at the same instant between the same offsets have the same days around it.
    private static readonly (DateTimeZone Zone, Instant At)[] Changes =
    [
        .. Zones
            .SelectMany(zone => zone.GetZoneIntervals(Years).Where(part => part.HasStart && Years.Contains(part.Start)).Select(part => (Zone: zone, At: part.Start)))
            .DistinctBy(change => (change.At, change.Zone.GetUtcOffset(change.At - Duration.Epsilon), change.Zone.GetUtcOffset(change.At))),
    ];

    [Fact]
    public void Window_holds_exactly_the_instants_of_its_date_around_every_change()
    {
        Changes.Length.ShouldBeGreaterThan(200);
        foreach (var (zone, change) in Changes)
        {
            for (var minutes = -26 * 60; minutes <= 26 * 60; minutes += 13)
                ShouldBeInItsOwnWindow(change + Duration.FromMinutes(minutes), zone);
            ShouldBeInItsOwnWindow(change, zone);
            ShouldBeInItsOwnWindow(change - Duration.Epsilon, zone);
        }
    }

    [Theory]
    [InlineData("America/Havana", "2026-03-08", "2026-03-08T05:00:00Z", 23)]
    [InlineData("America/Havana", "2025-11-02", "2025-11-02T04:00:00Z", 25)]
    [InlineData("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23)]
    [InlineData("Africa/Cairo", "2026-10-29", "2026-10-28T21:00:00Z", 25)]
    [InlineData("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z", 23)]
    [InlineData("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0)]
    [InlineData("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", 24)]
    [InlineData("Europe/Berlin", "2026-06-01", "2026-05-31T22:00:00Z", 24)]
    public void Window_of_a_day_whose_midnight_is_missing_or_doubled_begins_with_its_first_instant(string zone, string date, string start, int hours)
    {
        var window = PlanningDays.Window(NodaTime.Text.LocalDatePattern.Iso.Parse(date).Value, DateTimeZoneProviders.Tzdb[zone]);

        window.Start.ShouldBe(NodaTime.Text.InstantPattern.General.Parse(start).Value);
        window.Duration.ShouldBe(Duration.FromHours(hours));
    }

    [Fact]
    public void Event_near_any_change_is_reminded_of_before_it_begins_and_on_one_day_only() =>
        Gen.Select(Gen.OneOf(Changes), Gen.Int[-1600, 1600], Gen.Int[-30, 3000], Gen.Int[1, 1440]).Sample(
            (change, minutes, ahead, lead) =>
            {
                var start = change.At + Duration.FromMinutes(minutes);
                var now = start - Duration.FromMinutes(ahead);
                var user = Plans.User with { Zone = change.Zone, LeadTimeMinutes = lead };
                var track = ReminderTrack.Of(user.UserId, Plans.Entry.At(start));
                var today = LocalTimes.DateOf(now, change.Zone);

                var plans = Enumerable.Range(0, 5)
                    .Select(days => PlanningContext.Today(user, now) with { Window = PlanningDays.Window(today.PlusDays(days), change.Zone) })
                    .Select(context => ReminderPlanner.Decide(track, null, context))
                    .OfType<PlanningDecision.Create>()
                    .ToList();

                plans.Count.ShouldBe(start > now ? 1 : 0);
                foreach (var plan in plans)
                {
                    plan.Reminder.SendAt.ShouldBe(Instant.Max(now, start - Duration.FromMinutes(lead)));
                    plan.Reminder.SendAt.ShouldBeLessThan(start);
                    plan.Reminder.Facts.MinutesUntil.ShouldBe(Math.Min(lead, ahead));
                    plan.Create(now).Body.ShouldContain(start.InZone(change.Zone).ToString(":mm", System.Globalization.CultureInfo.InvariantCulture));
                }
            },
            iter: Effort.Samples(5_000));

    private static void ShouldBeInItsOwnWindow(Instant at, DateTimeZone zone)
    {
        var date = LocalTimes.DateOf(at, zone);
        if (!PlanningDays.Window(date, zone).Contains(at))
            Assert.Fail($"{at} is not within {date} in {zone.Id}.");
    }
}
