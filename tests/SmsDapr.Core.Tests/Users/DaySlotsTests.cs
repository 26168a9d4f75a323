using CsCheck;
using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

public sealed class DaySlotsTests
{
    private static DaySlots Empty => DaySlots.Empty("user-1", new LocalDay(new LocalDate(2026, 3, 2), "UTC"));

    [Fact]
    public void Take_twice_takes_once()
    {
        var taken = Empty.Take("a", 1).ShouldNotBeNull();

        taken.Take("a", 1).ShouldBeSameAs(taken);
    }

    [Fact]
    public void Take_at_the_limit_is_refused()
    {
        Empty.Take("a", 0).ShouldBeNull();
        Empty.Take("a", 1)!.Take("b", 1).ShouldBeNull();
    }

    [Fact]
    public void Take_keeps_a_slot_when_the_limit_is_lowered() => Empty.Take("a", 1)!.Take("a", 0).ShouldNotBeNull();

    [Fact]
    public void Slots_beyond_a_limit_that_was_lowered_leave_no_room()
    {
        var day = Empty with { MessageIds = ["a", "b", "c"] };

        day.HasRoomFor("a", 2).ShouldBeTrue();
        day.HasRoomFor("b", 2).ShouldBeTrue();
        day.HasRoomFor("c", 2).ShouldBeFalse();
        day.HasRoomFor("a", 0).ShouldBeFalse();
        day.Release("a").HasRoomFor("c", 2).ShouldBeTrue();
    }

    [Fact]
    public void Messages_that_are_put_ahead_leave_no_room_for_one_that_took_its_slot_before()
    {
        var day = Empty with { MessageIds = ["waits", "gone", "waits too"] };

        day.Ahead(new HashSet<string> { "gone", "stranger" }).MessageIds.ShouldBe(["gone", "waits", "waits too"]);
        day.Ahead(new HashSet<string> { "gone" }).HasRoomFor("waits", 1).ShouldBeFalse();
        day.Ahead(new HashSet<string> { "gone" }).HasRoomFor("waits", 2).ShouldBeTrue();
        day.Ahead(new HashSet<string> { "gone" }).HasRoomFor("waits too", 2).ShouldBeFalse();
    }

    [Fact]
    public void Other_days_count_each_message_once()
    {
        var day = Empty with { MessageIds = ["a", "b"] };
        DaySlots[] left = [Empty with { MessageIds = ["b", "c", "mine"] }, Empty with { MessageIds = ["c", "d"] }];

        day.HasRoomFor("mine", 5, left).ShouldBeTrue();
        day.HasRoomFor("mine", 4, left).ShouldBeFalse();
        day.HasRoomFor("b", 5, left).ShouldBeTrue();
        day.HasRoomFor("b", 4, left).ShouldBeFalse();
        day.CountWith(left).ShouldBe(5);
        day.CountWith([]).ShouldBe(2);
    }

    [Fact]
    public void Release_gives_the_slot_to_another()
    {
        var released = Empty.Take("a", 1)!.Release("a");

        released.Take("b", 1).ShouldNotBeNull();
        released.Release("a").ShouldBeSameAs(released);
    }

    [Fact]
    public void Takes_and_releases_in_any_order_never_exceed_the_limit() =>
        Gen.Select(Gen.Int[0, 5], Gen.Select(Gen.Int[0, 8], Gen.Bool).List[0, 40]).Sample((limit, steps) =>
        {
            var day = Empty;
            var model = new HashSet<string>();
            foreach (var (number, take) in steps)
            {
                var id = $"m{number}";
                day.HasRoomFor(id, limit).ShouldBe(model.Contains(id) || model.Count < limit);
                if (take && model.Count < limit)
                    model.Add(id);
                if (!take)
                    model.Remove(id);
                day = take ? day.Take(id, limit) ?? day : day.Release(id);

                day.MessageIds.Count.ShouldBeLessThanOrEqualTo(limit);
                day.MessageIds.ShouldBe(model, ignoreOrder: true);
            }
        });
}
