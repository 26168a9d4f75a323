using CsCheck;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

/// <summary>Over every IANA zone and every change of a clock from 2020 to 2035.</summary>
public sealed class QuietHoursZoneTests
{
    private static readonly Interval Years = new(Instant.FromUtc(2020, 1, 1, 0, 0), Instant.FromUtc(2036, 1, 1, 0, 0));

    private static readonly DateTimeZone[] Zones =
        [.. TzdbDateTimeZoneSource.Default.CanonicalIdMap.Values.Distinct().Order(StringComparer.Ordinal).Select(id => DateTimeZoneProviders.Tzdb[id])];

    private static readonly (DateTimeZone Zone, Instant At)[] Changes =
        [.. Zones.SelectMany(zone => zone.GetZoneIntervals(Years).Where(part => part.HasStart && Years.Contains(part.Start)).Select(part => (zone, part.Start)))];

    private static readonly Gen<QuietHours> GenHours =
        Gen.Select(Gen.Int[0, 1439], Gen.Int[1, 1439], (start, length) => Hours(start, start + length));

    // Bounds within three hours around the change, by the wall clock before it.
    private static readonly Gen<(DateTimeZone Zone, Instant At, QuietHours Hours)> GenNearChange =
        Gen.Select(Gen.OneOf(Changes), Gen.Int[-180, 180], Gen.Int[-180, 180], Gen.Bool, Gen.Int[-36 * 60, 36 * 60])
            .Where((_, bound, other, _, _) => bound != other)
            .Select((change, bound, other, oneBoundFarAway, minutes) =>
            {
                var wall = (change.At - Duration.Epsilon).InZone(change.Zone).TimeOfDay;
                var minute = wall.Hour * 60 + wall.Minute;
                var hours = Hours(minute + bound, oneBoundFarAway ? minute + other + 600 : minute + other);
                return (change.Zone, change.At + Duration.FromMinutes(minutes), hours);
            });

    private static readonly Gen<(DateTimeZone Zone, Instant At, QuietHours Hours)> GenAnywhere =
        Gen.Select(Gen.OneOf(Zones), Gen.Long[0, (long)Years.Duration.TotalSeconds], GenHours, (zone, second, hours) => (zone, Years.Start + Duration.FromSeconds(second), hours));

    [Fact]
    public void Table_holds_every_zone_and_thousands_of_changes()
    {
        Zones.Length.ShouldBeGreaterThan(300);
        Changes.Length.ShouldBeGreaterThan(2000);
    }

    [Fact]
    public void Deferral_near_a_change_of_the_clock_lands_at_the_first_free_instant() => GenNearChange.Sample(ShouldDeferRightly, iter: Effort.Samples(20_000));

    [Fact]
    public void Deferral_at_any_time_lands_at_the_first_free_instant() => GenAnywhere.Sample(ShouldDeferRightly, iter: Effort.Samples(10_000));

    [Fact]
    public void Deferral_away_from_changes_is_what_the_wall_clock_says() =>
        GenAnywhere.Where(x => x.Zone.GetZoneIntervals(new Interval(x.At - Duration.FromDays(3), x.At + Duration.FromDays(3))).Count() == 1).Sample(
            x =>
            {
                var wall = x.At.InZone(x.Zone).LocalDateTime;
                var quiet = WallClockIsQuiet(wall.TimeOfDay, x.Hours);
                var end = wall.Date + x.Hours.End > wall ? wall.Date + x.Hours.End : wall.Date.PlusDays(1) + x.Hours.End;
                x.Hours.EndOfQuietTime(x.At, x.Zone).ShouldBe(quiet ? end.InZoneStrictly(x.Zone).ToInstant() : null);
            },
            iter: Effort.Samples(10_000));

    private static void ShouldDeferRightly((DateTimeZone Zone, Instant At, QuietHours Hours) x)
    {
        var (zone, at, hours) = x;
        if (hours.EndOfQuietTime(at, zone) is not { } end)
        {
            WallClockIsQuiet(at.InZone(zone).TimeOfDay, hours).ShouldBeFalse();
            return;
        }

        end.ShouldBeGreaterThan(at);
        // Deciding again at the end lets it go: no loop.
        hours.EndOfQuietTime(end, zone).ShouldBeNull();
        hours.Contains(end - Duration.Epsilon, zone).ShouldBeTrue();
        // Nothing between was free.
        for (var step = at; step < end; step += Duration.FromMinutes(7))
            hours.EndOfQuietTime(step, zone).ShouldBe(end);

        // It is the bound itself, the later of two, or the instant after a gap that holds the bound.
        var wall = end.InZone(zone);
        if (wall.TimeOfDay == hours.End)
            zone.MapLocal(wall.LocalDateTime).Last().ToInstant().ShouldBe(end);
        else
            Dates(end, zone).Select(date => zone.MapLocal(date + hours.End)).Any(bound => bound.Count == 0 && bound.LateInterval.Start == end).ShouldBeTrue();

        // Where the wall clock alone would not call it quiet, an hour is being repeated.
        if (!WallClockIsQuiet(at.InZone(zone).TimeOfDay, hours))
            zone.GetZoneIntervals(new Interval(at - Duration.FromHours(3), at + Duration.FromHours(3))).Count().ShouldBeGreaterThan(1);
    }

    private static LocalDate[] Dates(Instant end, DateTimeZone zone) => [(end - Duration.Epsilon).InZone(zone).Date, end.InZone(zone).Date];

    private static bool WallClockIsQuiet(LocalTime time, QuietHours hours) =>
        hours.Start < hours.End ? hours.Start <= time && time < hours.End : time >= hours.Start || time < hours.End;

    private static QuietHours Hours(int startMinute, int endMinute) => new(TimeOf(startMinute), TimeOf(endMinute));

    private static LocalTime TimeOf(int minute) => LocalTime.Midnight.PlusMinutes(minute);
}
