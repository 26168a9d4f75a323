using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What a phone answers, through the simulator and its signed webhook.</summary>
public sealed class DeliveryInboundScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_phone_that_answers_STOP_gets_nothing_that_still_waits()
    {
        var user = await system.NewUserAsync("+19075550141");
        var later = await system.ScheduleAsync(user, (await system.NowAsync()).AddHours(2), "later");
        await system.ScheduleAsync(user, sendAt: null, "now");

        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var cancelled = await system.MessageAsync(later);
        await system.AdvanceAsync(TimeSpan.FromHours(3));

        cancelled.Text("status").ShouldBe("cancelled");
        cancelled.Text("statusReason").ShouldBe("opted_out");
        cancelled.GetProperty("timeline").EnumerateArray().Last().Text("source").ShouldBe("inbound");
        (await system.TextsAsync(user)).ShouldBe(["now"]);
    }

    [Fact]
    public async Task STOP_cancels_before_it_is_answered_and_START_lets_texts_through_again()
    {
        var user = await system.NewUserAsync();
        var waiting = await system.ScheduleAsync(user, (await system.NowAsync()).AddHours(2));

        (await ReplyAsync(user, " stop ")).ShouldBe(200);
        (await system.MessageAsync(waiting)).Text("status").ShouldBe("cancelled");
        (await OptOutReasonAsync(user)).ShouldBe("keyword");

        (await ReplyAsync(user, "Start")).ShouldBe(200);
        (await OptOutReasonAsync(user)).ShouldBeNull();
        var again = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await system.MessageAsync(again)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_STOP_that_meets_a_failing_store_comes_again()
    {
        var user = await system.NewUserAsync();
        (await system.Api.PostAsJsonAsync("/_test/faults", new { target = "state", fail = "all", count = 1 }, Cancellation)).EnsureSuccessStatusCode().Dispose();

        await ReplyAsync(user, "STOP");

        (await OptOutReasonAsync(user)).ShouldBe("keyword");
    }

    [Fact]
    public async Task Words_around_a_keyword_and_HELP_cancel_nothing()
    {
        var user = await system.NewUserAsync();
        var waiting = await system.ScheduleAsync(user, (await system.NowAsync()).AddHours(2));

        foreach (var text in new[] { "HELP", "please stop calling me Bob", "ok" })
            (await ReplyAsync(user, text)).ShouldBe(200);

        (await system.MessageAsync(waiting)).Text("status").ShouldBe("scheduled");
    }

    private async Task<int> ReplyAsync(TestUser user, string body)
    {
        using var response = await system.Process.Simulator.PostAsJsonAsync(
            $"/_sim/phones/{Uri.EscapeDataString(user.Phone)}/reply", new { body }, Cancellation);
        return (await VirtualSystem.JsonAsync(response)).Number("webhookStatus");
    }

    private async Task<string?> OptOutReasonAsync(TestUser user)
    {
        using var response = await system.Api.GetAsync(new Uri($"/v1/users/{user.Id}/preferences", UriKind.Relative), Cancellation);
        var reason = (await VirtualSystem.JsonAsync(response)).GetProperty("optOutReason");
        return reason.ValueKind == JsonValueKind.String ? reason.GetString() : null;
    }
}
