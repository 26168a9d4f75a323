using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Wall-clock times over a change of the clock (Berlin, 2026-03-29) and over changes of the user's zone.</summary>
public sealed class RuleWallClockScenarios
{
    private static readonly DateTimeOffset Eve = new(2026, 3, 28, 18, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wall_clock_time_stays_what_it_is_when_the_clock_or_the_users_zone_changes()
    {
        await using var system = new VirtualSystem();
        await system.Process.StartAsync(Eve, Cancellation);
        var (stays, skipped, fixedZone) = (await InAsync("Europe/Berlin"), await InAsync("Europe/Berlin"), await InAsync("Europe/Berlin"));
        var (goesWest, goesEast, arrivesLate) = (await InAsync("Europe/Berlin"), await InAsync("America/New_York"), await InAsync("America/New_York"));
        var nine = "2026-03-29T09:00:00";
        await ScheduleAsync(stays, nine);
        await ScheduleAsync(skipped, "2026-03-29T02:30:00");
        await ScheduleAsync(fixedZone, nine, "Europe/Berlin");
        var west = await ScheduleAsync(goesWest, nine);
        var east = await ScheduleAsync(goesEast, nine);
        var late = await ScheduleAsync(arrivesLate, nine);

        await MoveAsync(goesWest, "America/New_York");
        await MoveAsync(fixedZone, "America/New_York");
        await MoveAsync(goesEast, "Europe/Berlin");
        (await system.MessageAsync(west)).Time("sendAt").ShouldBe(At(13));
        (await system.MessageAsync(east)).Time("sendAt").ShouldBe(At(7));
        await system.AdvanceToAsync(At(10));
        await MoveAsync(arrivesLate, "Europe/Berlin");
        await system.AdvanceToAsync(At(14));

        (await system.CreatesAsync(stays)).ShouldBe([At(7)]);
        (await system.CreatesAsync(skipped)).ShouldBe([At(1)]);
        (await system.CreatesAsync(fixedZone)).ShouldBe([At(7)]);
        (await system.CreatesAsync(goesWest)).ShouldBe([At(13)]);
        (await system.CreatesAsync(goesEast)).ShouldBe([At(7)]);
        (await system.CreatesAsync(arrivesLate)).ShouldBe([At(10)]);
        (await system.MessageAsync(west)).Text("timeZone").ShouldBe("America/New_York");
        (await system.MessageAsync(late)).Text("status").ShouldBe("delivered");

        Task<TestUser> InAsync(string timeZone) => system.NewUserAsync(preferences: new { timeZone, quietHours = (string?)null });

        async Task<string> ScheduleAsync(TestUser user, string sendAtLocal, string? timeZone = null)
        {
            var request = new Dictionary<string, string> { ["userId"] = user.Id, ["body"] = "good morning", ["sendAtLocal"] = sendAtLocal };
            if (timeZone is not null)
                request["timeZone"] = timeZone;
            return (await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", request, Cancellation))).Text("id")!;
        }

        Task<JsonElement> MoveAsync(TestUser user, string timeZone) => system.PatchUserAsync(user, new { timeZone });
    }

    [Fact]
    public async Task A_used_up_day_is_not_refilled_by_a_change_of_zone()
    {
        await using var system = new VirtualSystem();
        await system.Process.StartAsync(Eve, Cancellation);
        var user = await system.NewUserAsync(preferences: new { timeZone = "Europe/Berlin", quietHours = (string?)null, dailyLimit = 2 });
        await system.ScheduleAsync(user, sendAt: null, "first");
        await system.ScheduleAsync(user, sendAt: null, "second");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        // It is 2026-03-28 in Berlin until 23:00Z and 2026-03-29 in Auckland already, until 11:00Z.
        await system.PatchUserAsync(user, new { timeZone = "Pacific/Auckland" });
        var refused = await system.ScheduleAsync(user, sendAt: null, "third");
        var explanation = await system.ExplanationAsync(await system.ScheduleAsync(user, At(10), "still the day of arrival"));
        var nextDay = await system.ScheduleAsync(user, At(11), "next day");
        await system.AdvanceToAsync(At(12));

        var third = await system.MessageAsync(refused);
        third.Text("status").ShouldBe("cancelled");
        third.Text("statusReason").ShouldBe("daily_limit");
        explanation.Text("outcome").ShouldBe("cancelled");
        (await system.MessageAsync(nextDay)).Text("status").ShouldBe("delivered");
        (await system.TextsAsync(user)).ShouldBe(["first", "second", "next day"], ignoreOrder: true);
    }

    private static DateTimeOffset At(int hour) => new(2026, 3, 29, hour, 0, 0, TimeSpan.Zero);
}
