using CsCheck;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

/// <summary>A wall-clock time stays what it is when the user's zone or the rules of a zone change.</summary>
public sealed class WallClockTests
{
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Tzdb["Europe/Berlin"];
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    // 2026-03-30 09:00: the day after clocks went forward in Berlin, three weeks after New York.
    private static readonly LocalDateTime Nine = new(2026, 3, 30, 9, 0);
    private static Message Following => At(Nine, Berlin) with { FollowsUserZone = true };

    [Fact]
    public void Message_that_follows_its_user_keeps_its_wall_clock_time_in_a_new_zone()
    {
        var moved = Following.KeepWallClock(NewYork, TimelineSource.Api, Noon).Next();

        moved.SendAt.ShouldBe(Instant.FromUtc(2026, 3, 30, 13, 0));
        moved.TimeZone.ShouldBe("America/New_York");
        moved.SendAtLocal.ShouldBe(Nine);
        moved.Timeline.Count.ShouldBe(Following.Timeline.Count + 1);
        moved.KeepWallClock(Berlin, TimelineSource.Api, Noon).Next().SendAt.ShouldBe(Following.SendAt);
    }

    [Fact]
    public void Message_with_a_zone_of_its_own_stays() =>
        At(Nine, Berlin).KeepWallClock(NewYork, TimelineSource.Api, Noon).ShouldBeOfType<Transition.Unchanged>();

    [Fact]
    public void Message_with_an_instant_stays() =>
        (Following with { SendAtLocal = null }).KeepWallClock(NewYork, TimelineSource.Api, Noon).ShouldBeOfType<Transition.Unchanged>();

    [Fact]
    public void Rules_that_changed_since_it_was_planned_move_it()
    {
        // Planned when the zone was thought to be an hour off.
        var planned = At(Nine, Berlin) with { SendAt = Following.SendAt - Duration.FromHours(1) };

        planned.KeepWallClock(NewYork, TimelineSource.Workflow, planned.SendAt).Next().SendAt.ShouldBe(Following.SendAt);
    }

    [Fact]
    public void Time_that_a_change_of_zone_skipped_is_now()
    {
        var tenInBerlin = Instant.FromUtc(2026, 3, 30, 8, 0);
        var waiting = At(Nine, NewYork) with { FollowsUserZone = true };

        var moved = waiting.KeepWallClock(Berlin, TimelineSource.Api, tenInBerlin).Next();

        moved.SendAt.ShouldBe(tenInBerlin);
        moved.KeepWallClock(Berlin, TimelineSource.Workflow, tenInBerlin + Duration.FromMinutes(1)).ShouldBeOfType<Transition.Unchanged>();
    }

    [Fact]
    public void Time_that_has_come_in_both_zones_changes_no_more_than_the_zone()
    {
        var message = Following;
        var late = message.SendAt + Duration.FromDays(1);
        var kept = message.KeepWallClock(NewYork, TimelineSource.Workflow, late).Next();

        kept.ShouldBe(message with { TimeZone = "America/New_York", UpdatedAt = late });
    }

    [Fact]
    public void Deferral_holds_as_long_as_the_time_that_was_asked_for_does()
    {
        var deferred = Following.Defer(Following.SendAt + Duration.FromHours(2), StatusReason.QuietHours, TimelineSource.Workflow, Following.SendAt).Next();

        deferred.KeepWallClock(Berlin, TimelineSource.Workflow, Following.SendAt + Duration.FromHours(1)).ShouldBeOfType<Transition.Unchanged>();
        var moved = deferred.KeepWallClock(NewYork, TimelineSource.Api, Following.SendAt).Next();
        moved.SendAt.ShouldBe(Instant.FromUtc(2026, 3, 30, 13, 0));
        moved.DeferredFrom.ShouldBeNull();
        moved.StatusReason.ShouldBeNull();
    }

    [Fact]
    public void Message_that_was_moved_to_an_instant_follows_nobody()
    {
        var moved = Following.Move(Noon, sendAtLocal: null, TimelineSource.Api, At(-60)).Next();

        moved.FollowsUserZone.ShouldBeFalse();
        moved.KeepWallClock(NewYork, TimelineSource.Api, At(-60)).ShouldBeOfType<Transition.Unchanged>();
    }

    [Fact]
    public void Time_that_has_come_in_the_new_zone_and_the_old_stays()
    {
        var late = Following with { SendAt = Following.SendAt - Duration.FromHours(1) };

        late.KeepWallClock(Berlin, TimelineSource.Workflow, Following.SendAt).ShouldBeOfType<Transition.Unchanged>();
    }

    [Fact]
    public void Message_that_is_out_or_waits_for_a_retry_stays()
    {
        (InFlight() with { SendAtLocal = Nine, FollowsUserZone = true }).KeepWallClock(NewYork, TimelineSource.Api, Noon).ShouldBeOfType<Transition.Unchanged>();
        (WaitingForRetry() with { SendAtLocal = Nine, FollowsUserZone = true }).KeepWallClock(NewYork, TimelineSource.Api, Noon).ShouldBeOfType<Transition.Unchanged>();
    }

    [Fact]
    public void Any_change_of_zone_leads_to_the_same_wall_clock_time_or_to_now_and_comes_to_rest() =>
        Gen.Select(GenZone, GenZone, Gen.Int[0, 16 * 365 * 24 * 60], Gen.Int[-3000, 3000]).Sample(
            (from, to, minutes, ahead) =>
            {
                var planned = Instant.FromUtc(2020, 1, 1, 0, 0) + Duration.FromMinutes(minutes);
                var now = planned - Duration.FromMinutes(ahead);
                var local = planned.InZone(from).LocalDateTime;
                var message = At(local, from) with { FollowsUserZone = true, UpdatedAt = Instant.MinValue };

                var transition = message.KeepWallClock(to, TimelineSource.Api, now);
                var kept = transition is Transition.Changed { Next: var next } ? next : message;

                if (kept.SendAt > now)
                    kept.SendAt.ShouldBe(LocalTimes.ToInstant(local, to));
                else
                    LocalTimes.ToInstant(local, to).ShouldBeLessThanOrEqualTo(now);
                kept.KeepWallClock(to, TimelineSource.Workflow, now).ShouldBeOfType<Transition.Unchanged>();
            },
            iter: Effort.Samples(20_000));

    private static readonly Gen<DateTimeZone> GenZone =
        Gen.OneOf(TzdbDateTimeZoneSource.Default.CanonicalIdMap.Values.Distinct().Order(StringComparer.Ordinal).Select(id => DateTimeZoneProviders.Tzdb[id]).ToArray());

    private static Message At(LocalDateTime local, DateTimeZone zone) =>
        Scheduled() with { SendAt = LocalTimes.ToInstant(local, zone), SendAtLocal = local, TimeZone = zone.Id };

    private static Instant At(int seconds) => Sample.At(seconds);
}
