using System.Net;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>A user is erased: nothing that leads to a person is left, what counts stays, and nothing that comes late breaks.</summary>
public sealed class DeliveryErasureScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_erased_user_is_unknown_and_the_messages_keep_their_outcome_without_number_and_text()
    {
        var user = await system.NewUserAsync();
        var delivered = await system.ScheduleAsync(user, sendAt: null, "a very private text");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var waiting = await system.ScheduleAsync(user, (await system.NowAsync()).AddDays(2), "another private text");

        (await EraseAsync(user)).ShouldBe(HttpStatusCode.NoContent);

        foreach (var (id, status) in new[] { (delivered, "delivered"), (waiting, "cancelled") })
        {
            var message = await system.MessageAsync(id);
            message.Text("status").ShouldBe(status);
            message.Text("body").ShouldBeEmpty();
            message.GetProperty("sms").Text("to").ShouldBeNull();
            message.ToString().ShouldNotContain(user.Id);
            message.ToString().ShouldNotContain(user.Phone);
            (await WorkflowExistsAsync(id)).ShouldBeFalse();
        }

        (await ListAsync(user)).ShouldBeEmpty();
        var preferences = await PreferencesAsync(user);
        preferences.GetProperty("phone").ValueKind.ShouldBe(JsonValueKind.Null);
        preferences.GetProperty("today").Number("sent").ShouldBe(0);
        await system.AdvanceAsync(TimeSpan.FromDays(3));
        (await system.TextsAsync(user)).ShouldBe(["a very private text"]);
    }

    [Fact]
    public async Task Everyone_s_messages_of_a_day_are_as_many_as_before()
    {
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var before = await CountOfTodayAsync();

        await EraseAsync(user);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        (await CountOfTodayAsync()).ShouldBe(before);
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task Erasing_twice_or_a_user_that_nobody_knows_is_the_same_as_erasing_once()
    {
        var user = await system.NewUserAsync();
        await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));

        (await EraseAsync(user)).ShouldBe(HttpStatusCode.NoContent);
        (await EraseAsync(user)).ShouldBe(HttpStatusCode.NoContent);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await EraseAsync(user)).ShouldBe(HttpStatusCode.NoContent);
        (await EraseAsync(new TestUser("nobody-at-all", ""))).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_receipt_that_comes_after_the_erasure_changes_nothing_and_is_taken()
    {
        var user = await system.NewUserAsync("+19075550135");
        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var sid = (await system.MessageAsync(id)).Text("twilioSid")!;
        await EraseAsync(user);

        foreach (var path in new[] { $"/webhooks/twilio/status?messageId={id}&attempt=1", "/webhooks/twilio/status" })
        {
            var fields = TwilioCallback.Fields(sid, "undelivered");
            fields["To"] = user.Phone;
            fields["ErrorCode"] = "21610";
            using var request = TwilioCallback.Create(system.Process, path, fields);
            using var response = await system.Api.SendAsync(request, Cancellation);
            response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await system.MessageAsync(id)).Text("status").ShouldBe("sent");
        (await PreferencesAsync(user)).GetProperty("optedOut").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_message_that_is_being_sent_meanwhile_is_settled_first_and_erased_then()
    {
        var user = await system.NewUserAsync();
        await LoseTheAnswerAsync(system, user);
        var id = await system.ScheduleAsync(user, sendAt: null, "on its way");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await system.MessageAsync(id)).Text("status").ShouldBe("sending");

        (await EraseAsync(user)).ShouldBe(HttpStatusCode.NoContent);
        (await system.MessageAsync(id)).Text("status").ShouldBe("sending");
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        var message = await system.MessageAsync(id);
        message.Text("body").ShouldBeEmpty();
        message.GetProperty("sms").Text("to").ShouldBeNull();
        message.Text("twilioSid").ShouldNotBeNull();
        (await system.CreatesAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_erasure_goes_on_after_a_crash()
    {
        await using var mortal = new VirtualSystem();
        await mortal.InitializeAsync();
        var user = await mortal.NewUserAsync();
        await LoseTheAnswerAsync(mortal, user);
        var id = await mortal.ScheduleAsync(user, sendAt: null, "on its way");
        await mortal.AdvanceAsync(TimeSpan.FromSeconds(1));
        using var accepted = await mortal.Api.DeleteAsync(new Uri($"/v1/users/{user.Id}", UriKind.Relative), Cancellation);
        (await mortal.MessageAsync(id)).Text("body").ShouldBe("on its way");

        var restart = await mortal.NowAsync();
        await mortal.Process.KillAsync(Cancellation);
        await mortal.Process.StartAsync(restart, Cancellation);
        await mortal.AdvanceAsync(TimeSpan.FromMinutes(10));

        accepted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await mortal.MessageAsync(id)).Text("body").ShouldBeEmpty();
        (await mortal.TextsAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Who_registers_again_keeps_what_is_new_and_the_number_is_free_at_once()
    {
        var user = await system.NewUserAsync();
        var old = await system.ScheduleAsync(user, (await system.NowAsync()).AddHours(1), "old");
        await EraseAsync(user);

        var again = await system.NewUserAsync(user.Phone);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        var id = await system.ScheduleAsync(again, (await system.NowAsync()).AddHours(1), "new");
        await system.AdvanceAsync(TimeSpan.FromHours(2));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.MessageAsync(id)).Text("body").ShouldBe("new");
        (await system.MessageAsync(old)).Text("status").ShouldBe("cancelled");
        (await system.TextsAsync(user)).ShouldBe(["new"]);
    }

    [Fact]
    public async Task A_key_of_a_user_erases_that_user_only()
    {
        using var client = system.Process.ApiAs(LocalProcess.UserKey);
        using var own = await client.DeleteAsync(new Uri("/v1/users/demo", UriKind.Relative), Cancellation);
        using var others = await client.DeleteAsync(new Uri("/v1/users/somebody", UriKind.Relative), Cancellation);

        own.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        others.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>The call is cut off after the message was created and no receipt comes: open until Twilio answers look-ups.</summary>
    private static Task LoseTheAnswerAsync(VirtualSystem system, TestUser user) =>
        new Simulated(system.Process.Simulator).PlanAsync(
            new { to = user.Phone, times = 1, behaviour = new { answer = "close", created = true, receipts = "lost" } },
            new { operation = "read", times = 4, behaviour = new { httpStatus = 503, code = 20503 } });

    private async Task<HttpStatusCode> EraseAsync(TestUser user)
    {
        using var response = await system.Api.DeleteAsync(new Uri($"/v1/users/{user.Id}", UriKind.Relative), Cancellation);
        return response.StatusCode;
    }

    private async Task<JsonElement> PreferencesAsync(TestUser user) =>
        await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri($"/v1/users/{user.Id}/preferences", UriKind.Relative), Cancellation));

    private async Task<IReadOnlyList<JsonElement>> ListAsync(TestUser user) => await ItemsAsync($"/v1/users/{user.Id}/messages");

    private async Task<int> CountOfTodayAsync() => (await ItemsAsync($"/v1/messages?limit=200&date={await system.NowAsync():yyyy-MM-dd}")).Count;

    private async Task<IReadOnlyList<JsonElement>> ItemsAsync(string path) =>
        [.. (await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri(path, UriKind.Relative), Cancellation))).GetProperty("items").EnumerateArray()];

    private async Task<bool> WorkflowExistsAsync(string id)
    {
        using var response = await system.Process.Sidecar.GetAsync(new Uri($"/v1.0/workflows/dapr/{id}", UriKind.Relative), Cancellation);
        return response.IsSuccessStatusCode;
    }
}
