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

        user.DaysThatCount(noon).ShouldBe([Day(3, "Pacific/Auckland"), Day(2, "Europe/Berlin")]);
        user.DaysThatCount(Instant.FromUtc(2026, 3, 3, 11, 0)).ShouldBe([Day(4, "Pacific/Auckland")]);
    }

    [Fact]
    public void Day_that_was_left_counts_no_longer_on_the_next_day_than_it_lasts()
    {
        // Midnight comes to Berlin an hour before London's.
        var user = Moved(Berliner with { TimeZone = "Europe/London" }, "Europe/Berlin", Instant.FromUtc(2026, 3, 2, 12, 0));

        user.DaysThatCount(Instant.FromUtc(2026, 3, 2, 22, 59)).ShouldBe([Day(2, "Europe/Berlin"), Day(2, "Europe/London")]);
        user.DaysThatCount(Instant.FromUtc(2026, 3, 2, 23, 59)).ShouldBe([Day(3, "Europe/Berlin"), Day(2, "Europe/London")]);
        user.DaysThatCount(Instant.FromUtc(2026, 3, 3, 0, 0)).ShouldBe([Day(3, "Europe/Berlin")]);
    }

    [Fact]
    public void Day_that_was_left_as_the_next_began_is_over()
    {
        var midnight = Instant.FromUtc(2026, 3, 3, 0, 0);
        var left = new EarlierDay(Day(2, "Europe/London"), midnight, midnight);

        left.CountsAt(midnight, midnight).ShouldBeFalse();
        left.CountsAt(midnight, midnight - Duration.Epsilon).ShouldBeTrue();
        left.CountsAt(midnight - Duration.Epsilon, midnight).ShouldBeTrue();
    }

    [Fact]
    public void Day_that_was_left_twice_counts_once()
    {
        var first = Instant.FromUtc(2026, 3, 2, 12, 0);
        var settings = Zone("Europe/London").Apply(Berliner, Defaults, first);
        settings = Zone("Europe/Berlin").Apply(settings, Defaults, first + Duration.FromHours(1));
        settings = Zone("Europe/Helsinki").Apply(settings, Defaults, first + Duration.FromHours(2));

        settings.EarlierDays.ShouldBe(
        [
            new EarlierDay(Day(2, "Europe/London"), first + Duration.FromHours(1), Instant.FromUtc(2026, 3, 3, 0, 0)),
            new EarlierDay(Day(2, "Europe/Berlin"), first + Duration.FromHours(2), Instant.FromUtc(2026, 3, 2, 23, 0)),
        ]);
    }

    [Fact]
    public void Day_used_up_at_home_does_not_close_the_next_one_because_of_a_zone_that_was_left_unused()
    {
        // A look at Los Angeles in the evening, whose second of March lasts until nine in the morning of the third in Berlin.
        var evening = Instant.FromUtc(2026, 3, 2, 18, 0);
        var settings = Zone("America/Los_Angeles").Apply(Berliner, Defaults, evening);
        var user = Moved(settings, "Europe/Berlin", evening);
        var used = new DaySlots("user-1", Day(2, "Europe/Berlin"), ["a", "b", "c"]);

        user.DaysThatCount(evening).ShouldBe([Day(2, "Europe/Berlin"), Day(2, "America/Los_Angeles")]);
        var days = user.DaysThatCount(Instant.FromUtc(2026, 3, 2, 23, 30));
        days.ShouldBe([Day(3, "Europe/Berlin"), Day(2, "America/Los_Angeles")]);
        days.ShouldNotContain(used.Day);
    }

    [Fact]
    public void Zone_that_was_never_set_is_left_like_any_other()
    {
        var settings = Zone("Pacific/Auckland").Apply(new UserSettings { UserId = "user-1" }, Defaults, Instant.FromUtc(2026, 3, 2, 12, 0));

        settings.EarlierDays.ShouldNotBeNull().ShouldHaveSingleItem().Day.ShouldBe(Day(2, "UTC"));
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
                var stays = settings.TimeZone == zone.Id;
                settings = Zone(zone.Id).Apply(settings, Defaults, now);
                if (stays)
                    continue;
                (settings.EarlierDays ?? []).ShouldAllBe(day => day.LeftAt > now - Duration.FromHours(26));
                (settings.EarlierDays ?? []).Select(day => day.Day).ShouldBeUnique();
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
                var documents = new Dictionary<LocalDay, DaySlots>();
                var sends = 0;
                var closed = new List<Instant>();
                foreach (var (zone, minutes, messages) in steps)
                {
                    now += Duration.FromMinutes(minutes);
                    for (var message = 0; message < messages; message++)
                        Send();

                    // What is used up stays so until the day is over where it was used up, wherever the user goes.
                    var day = LocalDay.Of(now, user.Zone);
                    if (Slots(day).MessageIds.Count >= Limit)
                        closed.Add(LocalTimes.StartOfDay(day.Date.PlusDays(1), user.Zone));
                    settings = Zone(zone.Id).Apply(settings, Defaults, now);
                    user = UserPreferences.Resolve(settings, Defaults);
                    Send();
                }

                void Send()
                {
                    var days = user.DaysThatCount(now);
                    days[0].ShouldBe(LocalDay.Of(now, user.Zone));
                    if (Slots(days[0]).Take($"message-{sends}", user.DailyLimit, [.. days.Skip(1).Select(Slots)]) is not { } taken)
                        return;
                    sends++;
                    documents[taken.Day] = taken;
                    taken.MessageIds.Count.ShouldBeLessThanOrEqualTo(Limit);
                    closed.Exists(until => until > now).ShouldBeFalse();
                }

                DaySlots Slots(LocalDay day) => documents.GetValueOrDefault(day) ?? DaySlots.Empty(user.UserId, day);
            },
            iter: Effort.Samples(20_000));

    /// <summary>A day of March 2026.</summary>
    private static LocalDay Day(int day, string zone) => new(new LocalDate(2026, 3, day), zone);

    private static PreferencesPatch Zone(string id) => new() { TimeZone = id };

    private static UserPreferences Moved(UserSettings settings, string zone, Instant at) =>
        UserPreferences.Resolve(Zone(zone).Apply(settings, Defaults, at), Defaults);
}
