using System.Diagnostics;
using System.Net;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What happens in a calendar reaches the messages, through Google's API and pushes as the simulator has them.</summary>
public sealed class CalendarScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private readonly SimulatedGoogle _google = new(system.Process.Simulator);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_that_is_created_moved_renamed_and_deleted_takes_its_message_along()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 3);

        var id = await anna.Calendar.AddAsync(start, "Design review");
        await CalendarUser.PushedAsync(system);
        var message = await anna.OnlyMessageAsync(system.Api);
        message.Text("type").ShouldBe("event_reminder");
        message.Time("sendAt").ShouldBe(start.AddMinutes(-15));
        message.Text("body")!.ShouldContain("Design review");
        message.Text("body")!.ShouldContain("15 min");
        message.GetProperty("event").Text("id").ShouldBe(id);

        await anna.Calendar.MoveAsync(id, start.AddHours(1));
        await CalendarUser.PushedAsync(system);
        (await anna.OnlyMessageAsync(system.Api)).Time("sendAt").ShouldBe(start.AddMinutes(45));

        await anna.Calendar.ChangeAsync(id, new { summary = "Budget review" });
        await CalendarUser.PushedAsync(system);
        (await anna.OnlyMessageAsync(system.Api)).Text("body")!.ShouldContain("Budget review");

        await anna.Calendar.DeleteAsync(id);
        await CalendarUser.PushedAsync(system);
        var gone = await system.MessageAsync(message.Text("id")!);
        gone.Text("status").ShouldBe("cancelled");
        gone.Text("statusReason").ShouldBe("event_deleted");
        gone.Text("lastError").ShouldBe("Calendar event deleted");
        gone.Story().ShouldBe(["scheduled", "scheduled", "scheduled", "cancelled:event_deleted"]);
    }

    [Fact]
    public async Task A_reminder_goes_out_once_at_its_time_and_an_event_that_moves_after_it_gets_one_more()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 1);
        var id = await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        await system.AdvanceToAsync(start.AddMinutes(-10));
        (await anna.OnlyMessageAsync(system.Api)).Text("status").ShouldBe("delivered");

        await anna.Calendar.MoveAsync(id, start.AddHours(1));
        await CalendarUser.PushedAsync(system);
        await system.AdvanceToAsync(start.AddHours(1).AddMinutes(-10));

        var creates = await system.CreatesAsync(anna.User);
        creates.ShouldBe([start.AddMinutes(-15), start.AddMinutes(45)]);
        (await anna.MessagesAsync(system.Api)).Select(message => message.Text("status")).ShouldBe(["delivered", "delivered"]);
    }

    [Fact]
    public async Task Right_before_sending_the_event_is_looked_at_once_more_though_its_push_was_lost()
    {
        var (moved, deleted, allDay) = (await CalendarUser.ConnectAsync(system), await CalendarUser.ConnectAsync(system), await CalendarUser.ConnectAsync(system));
        var start = await TodayAsync(hours: 2);
        var ids = new List<string>();
        foreach (var user in new[] { moved, deleted, allDay })
            ids.Add(await user.Calendar.AddAsync(start));
        await CalendarUser.PushedAsync(system);
        await system.AdvanceToAsync(start.AddMinutes(-15).AddSeconds(-1));

        await _google.PushesAsync(new { loss = 1.0 });
        await moved.Calendar.MoveAsync(ids[0], start.AddMinutes(5));
        await deleted.Calendar.DeleteAsync(ids[1]);
        await allDay.Calendar.ChangeAsync(ids[2], new { start = $"{start:yyyy-MM-dd}", end = $"{start.AddDays(1):yyyy-MM-dd}" });
        await system.AdvanceToAsync(start.AddMinutes(-1));
        await _google.PushesAsync(new { });

        (await system.CreatesAsync(moved.User)).ShouldBe([start.AddMinutes(-10)]);
        (await deleted.OnlyMessageAsync(system.Api)).Text("statusReason").ShouldBe("event_deleted");
        (await allDay.OnlyMessageAsync(system.Api)).Text("statusReason").ShouldBe("event_all_day");
        (await system.CreatesAsync(deleted.User)).ShouldBeEmpty();
    }

    [Fact]
    public async Task While_Google_is_down_the_last_known_event_counts()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 2);
        await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        await _google.FailAsync(new { call = "any", calendarId = anna.Calendar.Id, status = 503 });

        await system.AdvanceToAsync(start);

        (await system.CreatesAsync(anna.User)).ShouldBe([start.AddMinutes(-15)]);
        (await PreferencesAsync(anna)).GetProperty("calendar").GetProperty("healthy").GetBoolean().ShouldBeFalse();
        await _google.RecoverAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(31));
        (await PreferencesAsync(anna)).GetProperty("calendar").GetProperty("healthy").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Fifty_changes_in_a_moment_cost_few_calls_and_the_last_one_counts()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 3);
        var id = await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        var before = (await _google.CallsAsync(anna.Calendar.Id, "list")).Count;

        var began = Stopwatch.GetTimestamp();
        for (var change = 1; change <= 50; change++)
            await anna.Calendar.MoveAsync(id, start.AddMinutes(change));
        await CalendarUser.PushedAsync(system);
        // One at once and one for each pause between bursts, which is real time; with a little left for the push in flight.
        var most = 3 + (int)(Stopwatch.GetElapsedTime(began) / TimeSpan.FromMilliseconds(400));

        (await anna.OnlyMessageAsync(system.Api)).Time("sendAt").ShouldBe(start.AddMinutes(35));
        ((await _google.CallsAsync(anna.Calendar.Id, "list")).Count - before).ShouldBeInRange(1, Math.Min(most, 40));
    }

    [Fact]
    public async Task An_expired_sync_token_leads_to_one_full_round_that_finds_what_was_deleted_meanwhile()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 3);
        var kept = await anna.Calendar.AddAsync(start, "Kept");
        var deleted = await anna.Calendar.AddAsync(start.AddMinutes(5), "Deleted");
        await CalendarUser.PushedAsync(system);

        await _google.PushesAsync(new { loss = 1.0 });
        await anna.Calendar.DeleteAsync(deleted);
        await anna.Calendar.ExpireSyncTokensAsync();
        await _google.PushesAsync(new { });
        await anna.Calendar.MoveAsync(kept, start.AddMinutes(30));
        await CalendarUser.PushedAsync(system);

        var messages = (await anna.MessagesAsync(system.Api)).ToDictionary(message => message.GetProperty("event").Text("id")!);
        messages[deleted].Text("statusReason").ShouldBe("event_deleted");
        messages[kept].Time("sendAt").ShouldBe(start.AddMinutes(15));
    }

    [Fact]
    public async Task Pushes_that_are_not_Googles_are_403_without_a_call_to_Google_and_a_sync_message_is_200_without_one()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        await CalendarUser.PushedAsync(system);
        var channel = (await _google.ChannelsAsync(anna.Calendar.Id)).ShouldHaveSingleItem();
        var (id, resource) = (channel.Text("id")!, channel.Text("resourceId")!);
        var before = (await _google.CallsAsync(anna.Calendar.Id, "list")).Count;

        (await PushAsync(id, resource, "wrong", "exists")).ShouldBe(HttpStatusCode.Forbidden);
        (await PushAsync(Guid.NewGuid().ToString(), resource, "wrong", "exists")).ShouldBe(HttpStatusCode.Forbidden);
        (await PushAsync("no id", resource, "wrong", "sync")).ShouldBe(HttpStatusCode.Forbidden);
        (await PushAsync(null, null, null, null)).ShouldBe(HttpStatusCode.Forbidden);
        await system.AdvanceAsync(TimeSpan.Zero);

        (await _google.CallsAsync(anna.Calendar.Id, "list")).Count.ShouldBe(before);
    }

    [Fact]
    public async Task Withdrawn_consent_is_shown_and_cancels_nothing()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 2);
        await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        await _google.RevokeAsync($"token-of-{anna.User.Id}");
        await system.AdvanceAsync(TimeSpan.FromMinutes(31));

        var calendar = (await PreferencesAsync(anna)).GetProperty("calendar");
        calendar.GetProperty("healthy").GetBoolean().ShouldBeFalse();
        calendar.Text("problem").ShouldBe("invalid_grant");
        var calls = (await _google.CallsAsync(anna.Calendar.Id, "list")).Count;
        await system.AdvanceToAsync(start);

        (await _google.CallsAsync(anna.Calendar.Id, "list")).Count.ShouldBe(calls);
        (await anna.OnlyMessageAsync(system.Api)).Text("status").ShouldBe("delivered");
    }

    [Fact]
    public async Task Disconnecting_cancels_what_waits_and_connecting_again_reminds_of_nothing_twice()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync(hours: 1);
        await anna.Calendar.AddAsync(start, "Reminded");
        await anna.Calendar.AddAsync(start.AddHours(1), "Waiting");
        await CalendarUser.PushedAsync(system);
        await system.AdvanceToAsync(start.AddMinutes(-10));

        using (var answer = await system.Api.DeleteAsync(new Uri($"/v1/users/{anna.User.Id}/calendar", UriKind.Relative), Cancellation))
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await PreferencesAsync(anna)).GetProperty("calendar").ValueKind.ShouldBe(JsonValueKind.Null);
        (await _google.ChannelsAsync(anna.Calendar.Id)).ShouldBeEmpty();
        (await anna.MessagesAsync(system.Api)).Select(message => message.Text("statusReason")).ShouldBe([null, "calendar_disconnected"]);

        await anna.ConnectAsync(system.Api);
        await system.AdvanceToAsync(start.AddHours(2));
        (await system.CreatesAsync(anna.User)).ShouldBe([start.AddMinutes(-15), start.AddMinutes(45)]);
    }

    [Fact]
    public async Task A_channel_is_renewed_before_it_ends_and_the_sync_goes_on_where_it_was()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var first = (await _google.ChannelsAsync(anna.Calendar.Id)).ShouldHaveSingleItem();
        await system.AdvanceToAsync(first.GetProperty("expiresAt").GetDateTimeOffset().AddHours(-1));

        var second = (await _google.ChannelsAsync(anna.Calendar.Id)).ShouldHaveSingleItem();
        second.Text("id").ShouldNotBe(first.Text("id"));
        (await PreferencesAsync(anna)).GetProperty("calendar").Time("channelExpiresAt").ShouldBe(second.GetProperty("expiresAt").GetDateTimeOffset());
        var noon = await system.NextAsync(12, 0);
        await system.AdvanceToAsync(noon);
        var start = noon.AddHours(2);
        await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        (await anna.OnlyMessageAsync(system.Api)).Time("sendAt").ShouldBe(start.AddMinutes(-15));
    }

    private async Task<HttpStatusCode> PushAsync(string? channelId, string? resourceId, string? token, string? state)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(system.Process.ServiceUrl, "/webhooks/google-calendar"));
        foreach (var (name, value) in new[] { ("Channel-ID", channelId), ("Resource-ID", resourceId), ("Channel-Token", token), ("Resource-State", state) })
        {
            if (value is not null)
                request.Headers.Add($"X-Goog-{name}", value);
        }

        using var answer = await system.Api.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    private async Task<JsonElement> PreferencesAsync(CalendarUser user) =>
        await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri($"/v1/users/{user.User.Id}/preferences", UriKind.Relative), Cancellation));

    /// <summary>This long from now, on the same UTC day.</summary>
    private async Task<DateTimeOffset> TodayAsync(int hours)
    {
        var now = await system.NowAsync();
        if (now.AddHours(hours + 3).Date != now.Date)
        {
            await system.AdvanceToAsync(await system.NextAsync(7, 0));
            now = await system.NowAsync();
        }

        return new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, TimeSpan.Zero).AddHours(hours);
    }
}
