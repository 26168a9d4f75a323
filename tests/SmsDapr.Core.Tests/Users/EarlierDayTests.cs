using CsCheck;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

/// <summary>Changes of zone never bring a fresh limit in the middle of a day.</summary>
public sealed class EarlierDayTests
{
    private const int Limit = 3;

    private static readonly UserDefaults Defaults = new() { DailyLimit = Limit };
    private static readonly UserSettings Berliner = new() { UserId = "user-1", TimeZone = "Europe/Berlin" };
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
    public void Slots_over_any_changes_of_zone_never_exceed_the_limit_of_a_day_that_the_user_was_on() =>
        Gen.Select(
            Gen.Int[0, 16 * 365 * 24],
            Gen.Select(GenZone, Gen.Int[0, 16 * 60], Gen.Int[0, 5]).List[1, 12]).Sample(
            (hours, steps) =>
            {
                var now = Start + Duration.FromHours(hours);
                var settings = Berliner;
                var documents = new Dictionary<LocalDate, DaySlots>();
                var sends = new List<(Instant At, LocalDate Date)>();
                var visited = new List<(DateTimeZone Zone, Instant From)> { (DateTimeZoneProviders.Tzdb["Europe/Berlin"], now) };
                foreach (var (zone, minutes, messages) in steps)
                {
                    now += Duration.FromMinutes(minutes);
                    settings = Zone(zone.Id).Apply(settings, Defaults, now);
                    visited.Add((zone, now));
                    var user = UserPreferences.Resolve(settings, Defaults);
                    for (var message = 0; message < messages; message++)
                        Send(user);
                    now += Duration.FromMinutes(minutes);
                    Send(user);
                }

                // The date of a slot is the local date of the hand-over.
                foreach (var (at, date) in sends)
                    LocalTimes.DateOf(at, visited.Last(visit => visit.From <= at).Zone).ShouldBe(date);
                // From the moment at which a user is on a day, it holds the limit and no more, wherever the user goes.
                for (var index = 0; index < visited.Count; index++)
                {
                    var (zone, from) = visited[index];
                    var left = index + 1 < visited.Count ? visited[index + 1].From : now;
                    var day = LocalTimes.DateOf(left, zone);
                    var (began, over) = (Instant.Max(from, LocalTimes.StartOfDay(day, zone)), LocalTimes.StartOfDay(day.PlusDays(1), zone));
                    sends.Count(send => send.At >= began && send.At < over).ShouldBeLessThanOrEqualTo(Limit);
                }

                void Send(UserPreferences user)
                {
                    var days = user.DatesThatCount(now).Select(date => documents.GetValueOrDefault(date) ?? DaySlots.Empty(user.UserId, date)).ToList();
                    if (days[0].Take($"message-{sends.Count}", user.DailyLimit, [.. days.Skip(1)]) is not { } taken)
                        return;
                    documents[taken.Date] = taken;
                    sends.Add((now, taken.Date));
                }
            },
            iter: 20_000);

    private static PreferencesPatch Zone(string id) => new() { TimeZone = id };

    private static UserPreferences Moved(UserSettings settings, string zone, Instant at) =>
        UserPreferences.Resolve(Zone(zone).Apply(settings, Defaults, at), Defaults);
}
