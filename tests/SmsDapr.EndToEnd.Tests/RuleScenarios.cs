using System.Net;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What stands between a message and Twilio: quiet hours, limits, cancelling, moving.</summary>
public sealed class RuleScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_due_in_quiet_hours_goes_out_at_their_end_in_the_users_zone()
    {
        var user = await system.NewUserAsync(preferences: new { timeZone = "Europe/Berlin", quietHours = new { start = "22:00", end = "08:00" } });
        var elevenAtNight = await system.NextAsync(22, 0);
        var eightInTheMorning = elevenAtNight.AddHours(9);
        var id = await system.ScheduleAsync(user, elevenAtNight);

        await system.AdvanceToAsync(elevenAtNight.AddMinutes(1));
        var deferred = await system.MessageAsync(id);
        deferred.Text("status").ShouldBe("scheduled");
        deferred.Text("statusReason").ShouldBe("quiet_hours");
        deferred.Time("sendAt").ShouldBe(eightInTheMorning);
        await system.AdvanceToAsync(eightInTheMorning.AddSeconds(5));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).ShouldBe([eightInTheMorning]);
    }

    [Fact]
    public async Task Removing_quiet_hours_releases_a_deferred_message_at_once()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = new { start = "22:00", end = "08:00" } });
        var night = await system.NextAsync(23, 0);
        var id = await system.ScheduleAsync(user, night);
        await system.AdvanceToAsync(night.AddMinutes(30));

        await VirtualSystem.JsonAsync(await system.Api.PatchAsJsonAsync(
            $"/v1/users/{user.Id}/preferences", new { quietHours = (string?)null }, Cancellation));
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task A_message_cancelled_before_its_time_is_never_created()
    {
        var user = await system.NewUserAsync();
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        using var first = await system.CancelAsync(id);
        using var second = await system.CancelAsync(id);
        await system.AdvanceToAsync(sendAt.AddHours(1));

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("cancelled");
        message.Text("statusReason").ShouldBe("user_cancelled");
        message.GetProperty("sms").Text("status").ShouldBe("cancelled");
        (await system.CreatesAsync(user)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_that_is_out_can_no_longer_be_cancelled_or_moved()
    {
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        using var cancel = await system.CancelAsync(id);
        using var move = await system.Api.PatchAsJsonAsync($"/v1/messages/{id}", new { body = "other" }, Cancellation);

        cancel.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        move.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_cancel_that_races_the_send_either_wins_or_is_refused()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => system.NewUserAsync()));
        var sendAt = await system.NextAsync(9, 45);
        var ids = await Task.WhenAll(users.Select(user => system.ScheduleAsync(user, sendAt)));

        var advance = system.AdvanceToAsync(sendAt.AddSeconds(10));
        var cancels = await Task.WhenAll(ids.Select(system.CancelAsync));
        await advance;

        foreach (var (user, id, cancel) in users.Zip(ids, cancels))
        {
            var status = (await system.MessageAsync(id)).Text("status");
            var creates = (await system.CreatesAsync(user)).Count;
            (cancel.StatusCode, status, creates).ShouldBeOneOf(
                (HttpStatusCode.OK, "cancelled", 0),
                (HttpStatusCode.Conflict, "delivered", 1));
            cancel.Dispose();
        }
    }

    [Fact]
    public async Task A_moved_message_goes_out_at_its_new_time_with_its_new_text()
    {
        var user = await system.NewUserAsync();
        var sendAt = await system.NextAsync(15, 0);
        var id = await system.ScheduleAsync(user, sendAt, "old");

        await VirtualSystem.JsonAsync(await system.Api.PatchAsJsonAsync(
            $"/v1/messages/{id}", new { sendAt = sendAt.AddHours(-1).UtcDateTime, body = "new" }, Cancellation));
        await system.AdvanceToAsync(sendAt.AddHours(1));

        (await system.CreatesAsync(user)).ShouldBe([sendAt.AddHours(-1)]);
        (await system.TextsAsync(user)).ShouldBe(["new"]);
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task Of_ten_messages_due_in_one_second_only_as_many_as_the_daily_limit_go_out()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = (string?)null, dailyLimit = 3 });
        var sendAt = await system.NextAsync(9, 45);
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => system.ScheduleAsync(user, sendAt, $"number {number}")));

        await system.AdvanceToAsync(sendAt.AddMinutes(1));

        var messages = await Task.WhenAll(ids.Select(system.MessageAsync));
        (await system.CreatesAsync(user)).Count.ShouldBe(3);
        messages.Count(message => message.Text("status") == "delivered").ShouldBe(3);
        var cancelled = messages.Where(message => message.Text("status") == "cancelled").ToList();
        cancelled.Count.ShouldBe(7);
        cancelled.ShouldAllBe(message => message.Text("statusReason") == "daily_limit" && message.Text("lastError") == "Daily SMS limit reached");
    }

    [Fact]
    public async Task A_limit_that_is_lowered_while_a_message_waits_for_its_retry_counts_what_went_out_since()
    {
        var user = await system.NewUserAsync("+19075550101", new { quietHours = (string?)null, dailyLimit = 2 });
        var retried = await system.ScheduleAsync(user, sendAt: null, "meets a 503 first");
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        var delivered = await system.ScheduleAsync(user, sendAt: null, "goes out at once");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await system.MessageAsync(retried)).Text("statusReason").ShouldBe("retry");

        await system.PatchUserAsync(user, new { dailyLimit = 1 });
        var foreseen = (await system.ExplanationAsync(retried)).Text("outcome");
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        foreseen.ShouldBe("cancelled");
        (await system.MessageAsync(retried)).Text("statusReason").ShouldBe("daily_limit");
        (await system.MessageAsync(delivered)).Text("status").ShouldBe("delivered");
        (await system.TextsAsync(user)).ShouldBe(["goes out at once"]);
    }

    [Fact]
    public async Task A_slot_of_a_message_that_was_never_accepted_is_given_back()
    {
        var user = await system.NewUserAsync("+15005550002", new { quietHours = (string?)null, dailyLimit = 1 });
        var id = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await system.MessageAsync(id)).Text("status").ShouldBe("failed");
        var preferences = await VirtualSystem.JsonAsync(await system.Api.GetAsync(
            new Uri($"/v1/users/{user.Id}/preferences", UriKind.Relative), Cancellation));
        preferences.GetProperty("today").Number("sent").ShouldBe(0);
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_message_and_another_one_is_refused()
    {
        var user = await system.NewUserAsync();
        var sendAt = (await system.NextAsync(9, 45)).UtcDateTime;

        async Task<HttpResponseMessage> Post(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages");
            request.Headers.Add("Idempotency-Key", $"key of {user.Id}");
            request.Content = JsonContent.Create(new { userId = user.Id, body, sendAt });
            return await system.Api.SendAsync(request, Cancellation);
        }

        using var first = await Post("hello");
        using var again = await Post("hello");
        using var other = await Post("another text");

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await VirtualSystem.JsonAsync(again)).Text("id").ShouldBe((await VirtualSystem.JsonAsync(first)).Text("id"));
    }

    [Fact]
    public async Task A_users_messages_are_listed_by_send_time_page_by_page()
    {
        var user = await system.NewUserAsync();
        var sendAt = await system.NextAsync(9, 45);
        var ids = new List<string>();
        foreach (var hours in new[] { 30, 1, 50, 2 })
            ids.Add(await system.ScheduleAsync(user, sendAt.AddHours(hours)));

        var first = await VirtualSystem.JsonAsync(await system.Api.GetAsync(
            new Uri($"/v1/users/{user.Id}/messages?limit=3", UriKind.Relative), Cancellation));
        var second = await VirtualSystem.JsonAsync(await system.Api.GetAsync(
            new Uri($"/v1/users/{user.Id}/messages?limit=3&cursor={first.Text("nextCursor")}", UriKind.Relative), Cancellation));

        var listed = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(item => item.Text("id")!);
        listed.ShouldBe([ids[1], ids[3], ids[0], ids[2]]);
        second.GetProperty("nextCursor").GetString().ShouldBeNull();
    }

    [Fact]
    public async Task The_explanation_says_which_rule_defers_a_message_and_until_when()
    {
        var user = await system.NewUserAsync(preferences: new { quietHours = new { start = "22:00", end = "08:00" } });
        var night = await system.NextAsync(23, 0);
        var id = await system.ScheduleAsync(user, night);

        var explanation = await GetAsync($"/v1/messages/{id}/explanation");

        explanation.Text("outcome").ShouldBe("deferred");
        explanation.Time("sendAt").ShouldBe(night.AddHours(9));
        var failing = explanation.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("passed").GetBoolean());
        failing.Select(check => check.Text("rule")).ShouldBe(["quiet_hours"]);
        (await system.MessageAsync(id)).Time("sendAt").ShouldBe(night);
    }

    [Fact]
    public async Task An_admin_lists_the_messages_of_all_users_of_a_day()
    {
        var day = (await system.NextAsync(9, 45)).AddDays(100);
        var first = await system.ScheduleAsync(await system.NewUserAsync(), day);
        var second = await system.ScheduleAsync(await system.NewUserAsync(), day.AddMinutes(1));
        await system.ScheduleAsync(await system.NewUserAsync(), day.AddDays(1));

        var page = await GetAsync($"/v1/messages?date={day:yyyy-MM-dd}");

        page.GetProperty("items").EnumerateArray().Select(item => item.Text("id")).ShouldBe([first, second]);
    }

    [Fact]
    public async Task An_unchanged_message_need_not_be_sent_again()
    {
        var id = await system.ScheduleAsync(await system.NewUserAsync(), (await system.NowAsync()).AddHours(3));
        using var first = await system.Api.GetAsync(new Uri($"/v1/messages/{id}", UriKind.Relative), Cancellation);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/messages/{id}");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await system.Api.SendAsync(again, Cancellation);

        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    private async Task<System.Text.Json.JsonElement> GetAsync(string path) =>
        await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri(path, UriKind.Relative), Cancellation));
}
