using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Why did this not go out, and when will it? Asked at any moment.</summary>
public sealed class RuleWhyScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deferred_message_says_deferred_before_and_after_it_was()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = new { start = "22:00", end = "08:00" } });
        var night = await system.NextAsync(23, 0);
        var id = await system.ScheduleAsync(user, night);

        foreach (var at in new[] { night.AddMinutes(-30), night.AddMinutes(1), night.AddHours(9).AddSeconds(-1) })
        {
            await system.AdvanceToAsync(at);
            var explanation = await system.ExplanationAsync(id);
            (explanation.Text("outcome"), explanation.Time("sendAt")).ShouldBe(("deferred", night.AddHours(9)), $"{at}");
            Check(explanation, "quiet_hours").GetProperty("passed").GetBoolean().ShouldBeFalse();
            Check(explanation, "due").Text("detail").ShouldBe($"Due at {night.AddHours(9):yyyy-MM-ddTHH:mm:ssZ}, deferred from {night:yyyy-MM-ddTHH:mm:ssZ}.");
        }

        await system.AdvanceToAsync(night.AddHours(9).AddSeconds(5));
        (await system.CreatesAsync(user)).ShouldBe([night.AddHours(9)]);
    }

    [Fact]
    public async Task A_deferral_into_the_next_day_is_judged_by_that_days_limit()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = new { start = "22:00", end = "08:00" }, dailyLimit = 1 });
        var evening = await system.NextAsync(21, 0);
        await system.ScheduleAsync(user, evening);
        var id = await system.ScheduleAsync(user, evening.AddHours(2));
        await system.AdvanceToAsync(evening.AddMinutes(30));

        var explanation = await system.ExplanationAsync(id);

        explanation.Text("outcome").ShouldBe("deferred");
        Check(explanation, "daily_limit").Text("detail").ShouldBe($"0 of 1 messages of {evening.AddDays(1):yyyy-MM-dd} are taken.");
        await system.AdvanceToAsync(evening.AddHours(12));
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task The_reason_of_an_override_stays_in_the_timeline()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = new { start = "00:01", end = "00:00" } });
        var request = new { userId = user.Id, body = "Evacuate", quietHours = "override", overrideReason = "Fire alarm" };

        var id = (await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", request, Cancellation))).Text("id")!;
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.GetProperty("timeline")[0].Text("note").ShouldBe("Fire alarm");
        Check(await system.ExplanationAsync(id), "quiet_hours").Text("detail").ShouldBe("The sender overrides quiet hours: Fire alarm");
    }

    [Fact]
    public async Task An_ended_message_says_since_when_and_why()
    {
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, await system.NextAsync(12, 0));
        using var cancelled = await system.CancelAsync(id);
        var now = await system.NowAsync();

        var explanation = await system.ExplanationAsync(id);

        explanation.Text("outcome").ShouldBe("cancelled");
        Check(explanation, "status").Text("detail").ShouldBe($"It is no longer waiting to be sent: cancelled since {now:yyyy-MM-ddTHH:mm:ssZ}, user_cancelled.");
    }

    [Fact]
    public async Task Quiet_hours_removed_right_after_they_were_shortened_release_the_message_at_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var user = await system.NewUserAsync(preferences: new { quietHours = new { start = "21:00", end = "08:00" } });
            var night = await system.NextAsync(22, 0);
            var id = await system.ScheduleAsync(user, night);
            await system.AdvanceToAsync(night.AddMinutes(1));

            await system.PatchUserAsync(user, new { quietHours = new { start = "21:00", end = "23:00" } });
            await system.PatchUserAsync(user, new { quietHours = (string?)null });
            await system.AdvanceAsync(TimeSpan.FromSeconds(10));

            (await system.MessageAsync(id)).Text("status").ShouldBe("delivered", $"round {round}");
        }
    }

    [Fact]
    public async Task A_look_at_another_zone_and_back_does_not_close_the_next_day()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = (string?)null, timeZone = "Europe/Berlin", dailyLimit = 1 });
        var evening = await system.NextAsync(18, 0);
        var today = await system.ScheduleAsync(user, evening);
        await system.AdvanceToAsync(evening.AddMinutes(1));
        await system.PatchUserAsync(user, new { timeZone = "America/Los_Angeles" });
        await system.PatchUserAsync(user, new { timeZone = "Europe/Berlin" });
        var second = await system.ScheduleAsync(user, evening.AddHours(1));
        var tomorrow = await system.ScheduleAsync(user, evening.AddHours(5).AddMinutes(30));

        await system.AdvanceToAsync(evening.AddHours(6));

        (await system.MessageAsync(today)).Text("status").ShouldBe("delivered");
        (await system.MessageAsync(second)).Text("statusReason").ShouldBe("daily_limit");
        (await system.MessageAsync(tomorrow)).Text("status").ShouldBe("delivered");
    }

    private static JsonElement Check(JsonElement explanation, string rule) =>
        explanation.GetProperty("checks").EnumerateArray().Single(check => check.Text("rule") == rule);
}
