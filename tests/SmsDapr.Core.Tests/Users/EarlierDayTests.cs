using CsCheck;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

/// <summary>Changes of zone never bring a fresh limit in the middle of a day.</summary>
public sealed class EarlierDayTests
{
    private const int Limit = 3;

    private static UserDefaults Defaults => new() { DailyLimit = Limit };
    private static UserSettings Berliner => new() { UserId = "user-1", TimeZone = "Europe/Berlin" };
    private static readonly Instant Start = Instant.FromUtc(2020, 1, 1, 0, 0);

    private static readonly DateTimeZone[] Zones =
        [.. TzdbDateTimeZoneSource.Default.CanonicalIdMap.Values.Distinct().Order(StringComparer.Ordinal).Select(id => DateTimeZoneProviders.Tzdb[id])];

    private static readonly DateTimeZone[] Far =
        [.. new[] { "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Auckland", "Pacific/Honolulu" }.Select(id => DateTimeZoneProviders.Tzdb[id])];

    // Extremes of both kinds often, so that dates differ by one or two.
    private static readonly Gen<DateTimeZone> GenZone = Gen.Frequency(
        (3, Gen.OneOf(Zones)),
        (1, Gen.OneOf(Far)));

    [Fact]
    public void Day_of_the_zone_that_was_left_counts_until_it_is_over_there()
    {
        // Noon in Berlin is midnight in Auckland: 2026-03-02 becomes 2026-03-03.
        var noon = Instant.FromUtc(2026, 3, 2, 11, 0);
        var user = Moved(Berliner, "Pacific/Auckland", noon);

        user.DatesThatCount(noon).ShouldBe([new LocalDate(2026, 3, 3), new LocalDate(2026, 3, 2)]);
        user.DatesThatCount(Instant.FromUtc(2026, 3, 3, 11, 0)).ShouldBe([new LocalDate(2026, 3, 4)]);
    }

    [Fact]
    public void Day_that_was_left_counts_no_longer_on_the_next_day_than_it_lasts()
    {
        // Midnight comes to Berlin an hour before London's.
        var user = Moved(Berliner with { TimeZone = "Europe/London" }, "Europe/Berlin", Instant.FromUtc(2026, 3, 2, 12, 0));

        user.DatesThatCount(Instant.FromUtc(2026, 3, 2, 22, 59)).ShouldBe([new LocalDate(2026, 3, 2)]);
        user.DatesThatCount(Instant.FromUtc(2026, 3, 2, 23, 59)).ShouldBe([new LocalDate(2026, 3, 3), new LocalDate(2026, 3, 2)]);
        user.DatesThatCount(Instant.FromUtc(2026, 3, 3, 0, 0)).ShouldBe([new LocalDate(2026, 3, 3)]);
    }

    [Fact]
    public void Day_that_was_left_as_the_next_began_is_over()
    {
        var midnight = Instant.FromUtc(2026, 3, 3, 0, 0);
        var left = new EarlierDay(new LocalDate(2026, 3, 2), midnight, midnight);

        left.CountsAt(midnight, midnight).ShouldBeFalse();
        left.CountsAt(midnight, midnight - Duration.Epsilon).ShouldBeTrue();
        left.CountsAt(midnight - Duration.Epsilon, midnight).ShouldBeTrue();
    }

    [Fact]
    public void Day_that_was_left_twice_counts_until_the_later_of_both_ends()
    {
        // London's day ends an hour after Berlin's.
        var first = Instant.FromUtc(2026, 3, 2, 12, 0);
        var settings = Zone("Europe/London").Apply(Berliner, Defaults, first);
        settings = Zone("Europe/Berlin").Apply(settings, Defaults, first + Duration.FromHours(1));
        settings = Zone("Europe/Helsinki").Apply(settings, Defaults, first + Duration.FromHours(2));

        settings.EarlierDays.ShouldBe([new EarlierDay(new LocalDate(2026, 3, 2), first + Duration.FromHours(2), Instant.FromUtc(2026, 3, 3, 0, 0))]);
    }

    [Fact]
    public void Zone_that_was_never_set_is_left_like_any_other()
    {
        var settings = Zone("Pacific/Auckland").Apply(new UserSettings { UserId = "user-1" }, Defaults, Instant.FromUtc(2026, 3, 2, 12, 0));

        settings.EarlierDays.ShouldNotBeNull().ShouldHaveSingleItem().Date.ShouldBe(new LocalDate(2026, 3, 2));
    }

    [Fact]
    public void Patch_that_names_the_zone_in_use_changes_nothing() =>
        Zone("Europe/Berlin").Apply(Berliner, Defaults, Start).ShouldBe(Berliner);

    [Fact]
    public void Days_that_were_left_do_not_pile_up() =>
        Gen.Select(GenZone, Gen.Int[0, 600]).List[1, 50].Sample(hops =>
        {
            var now = Start;
            var settings = Berliner;
            foreach (var (zone, minutes) in hops)
            {
                now += Duration.FromMinutes(minutes);
                settings = Zone(zone.Id).Apply(settings, Defaults, now);
                (settings.EarlierDays?.Count ?? 0).ShouldBeLessThanOrEqualTo(4);
            }
        });

    [Fact]
    public void Day_that_was_used_up_is_not_refilled_by_any_changes_of_zone() =>
        Gen.Select(
            Gen.Int[0, 16 * 365 * 24],
            Gen.Select(GenZone, Gen.Int[0, 16 * 60], Gen.Int[0, 4]).List[1, 12]).Sample(
            (hours, steps) =>
            {
                var now = Start + Duration.FromHours(hours);
                var settings = Berliner;
                var user = UserPreferences.Resolve(settings, Defaults);
                var documents = new Dictionary<LocalDate, DaySlots>();
                var sends = 0;
                var closed = new List<Instant>();
                foreach (var (zone, minutes, messages) in steps)
                {
                    now += Duration.FromMinutes(minutes);
                    for (var message = 0; message < messages; message++)
                        Send();

                    // What is used up stays so until the day is over where it was used up, wherever the user goes.
                    var day = LocalTimes.DateOf(now, user.Zone);
                    if (Day(day).MessageIds.Count >= Limit)
                        closed.Add(LocalTimes.StartOfDay(day.PlusDays(1), user.Zone));
                    settings = Zone(zone.Id).Apply(settings, Defaults, now);
                    user = UserPreferences.Resolve(settings, Defaults);
                    Send();
                }

                void Send()
                {
                    var dates = user.DatesThatCount(now);
                    dates[0].ShouldBe(LocalTimes.DateOf(now, user.Zone));
                    if (Day(dates[0]).Take($"message-{sends}", user.DailyLimit, [.. dates.Skip(1).Select(Day)]) is not { } taken)
                        return;
                    sends++;
                    documents[taken.Date] = taken;
                    taken.MessageIds.Count.ShouldBeLessThanOrEqualTo(Limit);
                    closed.Exists(until => until > now).ShouldBeFalse();
                }

                DaySlots Day(LocalDate date) => documents.GetValueOrDefault(date) ?? DaySlots.Empty(user.UserId, date);
            },
            iter: Effort.Samples(20_000));

    private static PreferencesPatch Zone(string id) => new() { TimeZone = id };

    private static UserPreferences Moved(UserSettings settings, string zone, Instant at) =>
        UserPreferences.Resolve(Zone(zone).Apply(settings, Defaults, at), Defaults);
}
