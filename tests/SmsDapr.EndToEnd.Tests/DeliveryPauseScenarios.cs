using System.Globalization;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Twilio refuses the account: everything waits and nothing is spent. Each test has a system of its own, since a pause is everyone's.</summary>
public sealed class DeliveryPauseScenarios : IAsyncLifetime
{
    private readonly VirtualSystem _system = new();

    private Simulated Twilio => new(_system.Process.Simulator);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _system.InitializeAsync();

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Fact]
    public async Task While_the_account_is_refused_messages_wait_without_spending_attempts_and_go_on_when_a_probe_succeeds()
    {
        var refused = await _system.NewUserAsync();
        var other = await _system.NewUserAsync();
        var sendAt = await _system.NextAsync(9, 45);
        var first = await _system.ScheduleAsync(refused, sendAt);
        var second = await _system.ScheduleAsync(other, sendAt.AddSeconds(5));
        await Twilio.PlanAsync(
            new { to = refused.Phone, times = 1, behaviour = new { httpStatus = 401, code = 20003 } },
            new { operation = "read", times = 1, behaviour = new { httpStatus = 401, code = 20003 } });

        await _system.AdvanceToAsync(sendAt.AddSeconds(10));
        var waiting = await _system.MessageAsync(second);
        waiting.Text("status").ShouldBe("scheduled");
        waiting.Number("attempts").ShouldBe(0);
        waiting.Time("nextAttemptAt").ShouldBe(sendAt.AddSeconds(60));

        await _system.AdvanceToAsync(sendAt.AddSeconds(61));
        (await _system.MessageAsync(second)).Time("nextAttemptAt").ShouldBe(sendAt.AddSeconds(180));
        await _system.AdvanceToAsync(sendAt.AddSeconds(190));

        foreach (var (id, user, attempts) in new[] { (first, refused, 2), (second, other, 1) })
        {
            var message = await _system.MessageAsync(id);
            message.Text("status").ShouldBe("delivered");
            message.Number("attempts").ShouldBe(attempts);
            (await _system.CreatesAsync(user))[^1].ShouldBe(sendAt.AddSeconds(180));
        }
    }

    [Fact]
    public async Task A_pause_outlives_the_process_that_found_out()
    {
        var refused = await _system.NewUserAsync();
        var other = await _system.NewUserAsync();
        await Twilio.PlanAsync(new { times = 1, behaviour = new { httpStatus = 401, code = 20003 } });
        await _system.ScheduleAsync(refused, sendAt: null);
        await _system.AdvanceAsync(TimeSpan.FromSeconds(1));

        var restart = await _system.NowAsync();
        await _system.Process.KillAsync(Cancellation);
        await _system.Process.StartAsync(restart, Cancellation);
        var id = await _system.ScheduleAsync(other, sendAt: null);
        await _system.AdvanceAsync(TimeSpan.FromSeconds(30));

        (await _system.CreatesAsync(other)).ShouldBeEmpty();
        await _system.AdvanceAsync(TimeSpan.FromSeconds(40));
        (await _system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_receipt_that_says_the_account_was_suspended_pauses_too()
    {
        var suspended = await _system.NewUserAsync("+19075550127");
        var other = await _system.NewUserAsync();
        await _system.ScheduleAsync(suspended, sendAt: null);
        await _system.AdvanceAsync(TimeSpan.FromSeconds(10));

        var id = await _system.ScheduleAsync(other, sendAt: null);
        await _system.AdvanceAsync(TimeSpan.FromSeconds(1));

        var waiting = await _system.MessageAsync(id);
        waiting.Number("attempts").ShouldBe(0);
        waiting.Time("nextAttemptAt").ShouldNotBeNull();
        await _system.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await _system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_message_whose_time_runs_out_while_the_account_is_refused_fails_for_the_account()
    {
        var user = await _system.NewUserAsync();
        await Twilio.PlanAsync(new { operation = "any", behaviour = new { httpStatus = 401, code = 20003 } });
        var id = await _system.ScheduleAsync(user, sendAt: null);

        await _system.AdvanceAsync(TimeSpan.FromHours(5));

        var message = await _system.MessageAsync(id);
        message.Text("status").ShouldBe("failed");
        message.Text("statusReason").ShouldBe("provider_rejected");
        message.GetProperty("sms").Text("errorCategory").ShouldBe("account_auth");
        message.Number("attempts").ShouldBe(1, message.GetProperty("attempts").GetInt32().ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_message_whose_time_runs_out_before_the_next_probe_ends_when_it_does()
    {
        var (first, second) = (await _system.NewUserAsync(), await _system.NewUserAsync());
        await Twilio.PlanAsync(new { operation = "any", behaviour = new { httpStatus = 401, code = 20003 } });
        var began = await _system.NowAsync();
        var refused = await ScheduleAsync(first, "PT20M");
        await _system.AdvanceAsync(TimeSpan.FromSeconds(2));
        var untried = await ScheduleAsync(second, "PT5M");

        await _system.AdvanceToAsync(began.AddSeconds(90));
        var foreseen = (await _system.ExplanationAsync(untried)).Text("outcome");
        await _system.AdvanceToAsync(began.AddSeconds(181));
        var explained = (await _system.ExplanationAsync(untried)).Text("outcome");
        await _system.AdvanceToAsync(began.AddMinutes(5).AddSeconds(3));
        var late = await _system.MessageAsync(untried);
        await _system.AdvanceToAsync(began.AddMinutes(20).AddSeconds(1));
        var spent = await _system.MessageAsync(refused);

        (foreseen, explained).ShouldBe(("will_send", "cancelled"));
        (late.Text("status"), late.Text("statusReason"), late.Number("attempts")).ShouldBe(("cancelled", "expired", 0));
        (spent.Text("status"), spent.Text("statusReason"), spent.Number("attempts")).ShouldBe(("failed", "provider_rejected", 1));
    }

    [Fact]
    public async Task A_pause_ends_and_its_alert_closes_while_nothing_waits_to_be_sent()
    {
        await Twilio.PlanAsync(new { operation = "any", behaviour = new { httpStatus = 401, code = 20003 } });
        var id = await _system.ScheduleAsync(await _system.NewUserAsync(), sendAt: null);
        await _system.AdvanceAsync(TimeSpan.FromSeconds(1));
        using var cancelled = await _system.CancelAsync(id);
        await Twilio.ForgetPlansAsync();
        var open = await OpenAlertsAsync();

        await _system.AdvanceAsync(TimeSpan.FromMinutes(3));

        open.ShouldBe(1);
        (await OpenAlertsAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task When_nearly_every_call_fails_messages_wait_instead_of_spending_attempts()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _system.NewUserAsync()));
        var sendAt = await _system.NextAsync(9, 45);
        var ids = await Task.WhenAll(users.Select((user, number) => _system.ScheduleAsync(user, sendAt.AddSeconds(number))));
        await Twilio.PlanAsync(new { operation = "any", behaviour = new { httpStatus = 503, code = 20503 } });

        await _system.AdvanceToAsync(sendAt.AddSeconds(50));
        var spared = 0;
        foreach (var id in ids)
        {
            var message = await _system.MessageAsync(id);
            if (message.Text("status") == "scheduled" && message.Number("attempts") == 0 && message.Time("nextAttemptAt") is not null)
                spared++;
        }

        spared.ShouldBeGreaterThan(20);
        await Twilio.ForgetPlansAsync();
        await _system.AdvanceAsync(TimeSpan.FromMinutes(10));

        foreach (var (user, id) in users.Zip(ids))
        {
            (await _system.MessageAsync(id)).Text("status").ShouldBe("delivered");
            (await _system.TextsAsync(user)).ShouldHaveSingleItem();
        }
    }

    private async Task<string> ScheduleAsync(TestUser user, string maxLateness)
    {
        using var response = await _system.Api.PostAsJsonAsync("/v1/messages", new { userId = user.Id, body = "hello", maxLateness }, Cancellation);
        return (await VirtualSystem.JsonAsync(response)).Text("id")!;
    }

    private async Task<int> OpenAlertsAsync()
    {
        using var response = await _system.Api.GetAsync(new Uri("/v1/alerts", UriKind.Relative), Cancellation);
        return (await VirtualSystem.JsonAsync(response)).GetProperty("items").GetArrayLength();
    }
}
