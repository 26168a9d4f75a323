using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Which events get which message, and when.</summary>
public sealed class PlanningScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_of_a_day_are_planned_when_it_begins_for_the_user_and_not_before()
    {
        // Midnight in Tokyo is 15:00 UTC.
        var anna = await CalendarUser.ConnectAsync(system, new { quietHours = (string?)null, timeZone = "Asia/Tokyo" });
        var midnight = (await system.NextAsync(15, 0)).AddDays(1);
        await system.AdvanceToAsync(midnight.AddHours(-1));
        await anna.Calendar.AddAsync(midnight.AddHours(10), "Of the day");
        await anna.Calendar.AddAsync(midnight.AddMinutes(10), "Reminded before midnight");
        await anna.Calendar.AddAsync(midnight.AddHours(34), "Of the next day");
        await CalendarUser.PushedAsync(system);
        (await TitlesAsync(anna)).ShouldBe(["Reminded before midnight"]);

        await system.AdvanceToAsync(midnight.AddMinutes(16));

        (await TitlesAsync(anna)).ShouldBe(["Reminded before midnight", "Of the day"]);
        (await system.CreatesAsync(anna.User)).ShouldBe([midnight.AddMinutes(-5)]);
    }

    [Fact]
    public async Task A_run_plans_once_says_why_events_are_skipped_and_a_dry_run_changes_nothing()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var day = (await system.NextAsync(0, 0)).AddDays(1);
        var id = await anna.Calendar.AddAsync(day.AddHours(10));
        var allDay = await anna.Calendar.AddAsync(day, more: new { start = $"{day:yyyy-MM-dd}" });
        await CalendarUser.PushedAsync(system);

        var request = new { userIds = new[] { anna.User.Id }, date = $"{day:yyyy-MM-dd}" };
        var dry = await RunAsync(new { request.userIds, request.date, dryRun = true });
        dry.GetProperty("planned").EnumerateArray().Select(planned => planned.Text("eventId")).ShouldBe([id]);
        Skipped(dry).ShouldBe([(allDay, "event_all_day")]);
        (await anna.MessagesAsync(system.Api)).ShouldBeEmpty();

        var planned = (await RunAsync(request)).GetProperty("planned").EnumerateArray().Single();
        planned.Time("sendAt").ShouldBe(day.AddHours(10).AddMinutes(-15));
        (await anna.OnlyMessageAsync(system.Api)).Text("id").ShouldBe(planned.Text("messageId"));

        var again = await RunAsync(request);
        again.GetProperty("planned").GetArrayLength().ShouldBe(0);
        Skipped(again).ShouldContain((id, "already_planned"));
        (await anna.MessagesAsync(system.Api)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_dry_run_tells_what_the_rules_will_make_of_each_reminder()
    {
        var anna = await CalendarUser.ConnectAsync(system, new { quietHours = new { start = "22:00", end = "08:00" }, dailyLimit = 1 });
        var day = (await system.NextAsync(0, 0)).AddDays(1);
        await anna.Calendar.AddAsync(day.AddHours(8).AddMinutes(10), "Deferred");
        await anna.Calendar.AddAsync(day.AddHours(7), "Over before the quiet hours");
        await anna.Calendar.AddAsync(day.AddHours(12), "Beyond the limit");
        await CalendarUser.PushedAsync(system);

        var dry = await RunAsync(new { userIds = new[] { anna.User.Id }, date = $"{day:yyyy-MM-dd}", dryRun = true });
        var run = await RunAsync(new { userIds = new[] { anna.User.Id }, date = $"{day:yyyy-MM-dd}" });
        await system.AdvanceToAsync(day.AddHours(13));

        var expected = dry.GetProperty("planned").EnumerateArray()
            .Select(planned => (Id: planned.Text("messageId")!, Expected: planned.GetProperty("expected"))).ToList();
        expected.Select(item => (item.Expected.Text("outcome"), item.Expected.Text("reason"))).ShouldBe(
            [("cancelled", "quiet_hours_until_event"), ("deferred", "quiet_hours"), ("cancelled", "daily_limit")]);
        run.GetProperty("planned").EnumerateArray().SelectMany(planned => planned.EnumerateObject()).ShouldNotContain(property => property.Name == "expected");
        foreach (var (id, foreseen) in expected)
        {
            var message = await system.MessageAsync(id);
            var went = message.Text("status") == "delivered";
            went.ShouldBe(foreseen.Text("outcome") == "deferred");
            if (went)
                (await system.CreatesAsync(anna.User)).ShouldBe([foreseen.Time("sendAt")!.Value]);
            else
                message.Text("statusReason").ShouldBe(foreseen.Text("reason"));
        }
    }

    [Fact]
    public async Task An_ineligible_users_events_are_skipped_and_planned_when_the_user_is_back()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        await system.PatchUserAsync(anna.User, new { eventRemindersEnabled = false });
        var start = await TodayAsync();
        var id = await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        Skipped(await RunAsync(new { userIds = new[] { anna.User.Id } })).ShouldBe([(id, "reminders_disabled")]);
        (await anna.MessagesAsync(system.Api)).ShouldBeEmpty();

        await system.PatchUserAsync(anna.User, new { eventRemindersEnabled = true });
        await system.AdvanceAsync(TimeSpan.Zero);

        (await anna.OnlyMessageAsync(system.Api)).Time("sendAt").ShouldBe(start.AddMinutes(-15));
    }

    [Fact]
    public async Task A_changed_lead_time_counts_for_later_events_and_for_those_that_move()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync();
        var first = await anna.Calendar.AddAsync(start, "First");
        await CalendarUser.PushedAsync(system);
        await system.PatchUserAsync(anna.User, new { leadTimeMinutes = 30 });
        await anna.Calendar.AddAsync(start.AddMinutes(10), "Second");
        await CalendarUser.PushedAsync(system);
        (await SendTimesAsync(anna)).ShouldBe([("First", start.AddMinutes(-15)), ("Second", start.AddMinutes(-20))], ignoreOrder: true);

        await anna.Calendar.MoveAsync(first, start.AddMinutes(20));
        await CalendarUser.PushedAsync(system);

        (await SendTimesAsync(anna)).ShouldBe([("First", start.AddMinutes(-10)), ("Second", start.AddMinutes(-20))], ignoreOrder: true);
    }

    [Fact]
    public async Task An_event_too_near_for_the_lead_is_reminded_of_at_once_and_says_how_near_it_is()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var now = await system.NowAsync();
        await anna.Calendar.AddAsync(now.AddMinutes(5).AddSeconds(1));
        await CalendarUser.PushedAsync(system);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));

        (await system.CreatesAsync(anna.User)).ShouldHaveSingleItem().ShouldBeLessThan(now.AddSeconds(10));
        (await system.TextsAsync(anna.User)).ShouldHaveSingleItem().ShouldContain("5 min");
    }

    [Fact]
    public async Task A_callers_message_is_under_the_rules_of_the_event_that_it_names()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync();
        var id = await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        object Request(string eventId) => new { userId = anna.User.Id, body = "Bring the plans", sendAt = start.AddMinutes(-30).UtcDateTime, calendarEventId = eventId };

        using (var unknown = await system.Api.PostAsJsonAsync("/v1/messages", Request("nosuchevent"), Cancellation))
        {
            unknown.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await unknown.Content.ReadAsStringAsync(Cancellation)).ShouldContain("calendarEventId");
        }

        var message = await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", Request(id), Cancellation));
        message.GetProperty("event").Text("id").ShouldBe(id);
        var explained = await system.ExplanationAsync(message.Text("id")!);
        explained.Text("outcome").ShouldBe("will_send");

        await anna.Calendar.DeleteAsync(id);
        (await system.ExplanationAsync(message.Text("id")!)).Text("outcome").ShouldBe("cancelled");
        await CalendarUser.PushedAsync(system);
        (await system.MessageAsync(message.Text("id")!)).Text("statusReason").ShouldBe("event_deleted");
    }

    [Fact]
    public async Task A_callers_message_was_explained_as_if_it_moved_with_its_event()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync();
        var id = await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        var sendAt = start.AddMinutes(-30);
        var request = new { userId = anna.User.Id, body = "Bring the plans", sendAt = sendAt.UtcDateTime, calendarEventId = id };
        var custom = (await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", request, Cancellation))).Text("id")!;
        var reminder = (await anna.MessagesAsync(system.Api)).Single(message => message.Text("type") == "event_reminder").Text("id")!;
        var google = new SimulatedGoogle(system.Process.Simulator);
        await google.PushesAsync(new { loss = 1.0 });
        await anna.Calendar.MoveAsync(id, start.AddMinutes(20));

        (await system.ExplanationAsync(custom)).Time("sendAt").ShouldBe(sendAt);
        (await system.ExplanationAsync(reminder)).Time("sendAt").ShouldBe(start.AddMinutes(5));

        await google.PushesAsync(new { });
        await system.AdvanceToAsync(start.AddMinutes(10));
        (await system.CreatesAsync(anna.User)).ShouldBe([sendAt, start.AddMinutes(5)]);
        (await system.TextsAsync(anna.User)).ShouldContain("Bring the plans");
    }

    [Fact]
    public async Task An_explanation_marked_a_calendar_unhealthy()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        await anna.Calendar.AddAsync(await TodayAsync());
        await CalendarUser.PushedAsync(system);
        var id = (await anna.OnlyMessageAsync(system.Api)).Text("id")!;
        var google = new SimulatedGoogle(system.Process.Simulator);
        await google.FailAsync(new { call = "get", calendarId = anna.Calendar.Id, status = 403, reason = "forbidden" });

        (await system.ExplanationAsync(id)).Text("outcome").ShouldBe("will_send");

        await google.RecoverAsync();
        var preferences = await VirtualSystem.JsonAsync(
            await system.Api.GetAsync(new Uri($"/v1/users/{anna.User.Id}/preferences", UriKind.Relative), Cancellation));
        preferences.GetProperty("calendar").GetProperty("healthy").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task A_reminder_is_worded_anew_on_request_while_it_waits_and_a_callers_text_never()
    {
        var anna = await CalendarUser.ConnectAsync(system);
        var start = await TodayAsync();
        await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        var id = (await anna.OnlyMessageAsync(system.Api)).Text("id")!;
        await VirtualSystem.JsonAsync(await system.Api.PatchAsJsonAsync($"/v1/messages/{id}", new { body = "My own words" }, Cancellation));

        var anew = await VirtualSystem.JsonAsync(await RegenerateAsync(id));
        anew.Text("bodySource").ShouldBe("template");
        anew.Text("body")!.ShouldContain("Design review");

        var custom = await system.ScheduleAsync(anna.User, start);
        using (var refused = await RegenerateAsync(custom))
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await system.AdvanceToAsync(start.AddMinutes(-10));
        using (var late = await RegenerateAsync(id))
            late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Quiet_hours_that_last_until_the_event_end_its_reminder_with_that_reason()
    {
        var start = await TodayAsync();
        var anna = await CalendarUser.ConnectAsync(
            system, new { quietHours = new { start = $"{start.AddHours(-1):HH:mm}", end = $"{start.AddHours(1):HH:mm}" } });
        await anna.Calendar.AddAsync(start);
        await CalendarUser.PushedAsync(system);
        var id = (await anna.OnlyMessageAsync(system.Api)).Text("id")!;
        (await system.ExplanationAsync(id)).Text("outcome").ShouldBe("cancelled");

        await system.AdvanceToAsync(start);

        (await system.MessageAsync(id)).Text("statusReason").ShouldBe("quiet_hours_until_event");
    }

    private async Task<JsonElement> RunAsync(object request) =>
        (await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/planning/runs", request, Cancellation)))
            .GetProperty("users").EnumerateArray().Single();

    private Task<HttpResponseMessage> RegenerateAsync(string id) =>
        system.Api.PostAsync(new Uri($"/v1/messages/{id}/regenerate", UriKind.Relative), null, Cancellation);

    private static IEnumerable<(string, string)> Skipped(JsonElement user) =>
        user.GetProperty("skipped").EnumerateArray().Select(skipped => (skipped.Text("eventId")!, skipped.Text("reason")!));

    private async Task<IEnumerable<string>> TitlesAsync(CalendarUser user) =>
        (await user.MessagesAsync(system.Api)).Select(message => message.GetProperty("event").Text("title")!);

    private async Task<IEnumerable<(string, DateTimeOffset)>> SendTimesAsync(CalendarUser user) =>
        (await user.MessagesAsync(system.Api)).Select(message => (message.GetProperty("event").Text("title")!, message.Time("sendAt")!.Value));

    /// <summary>Four hours from now, on the same UTC day.</summary>
    private async Task<DateTimeOffset> TodayAsync()
    {
        if ((await system.NowAsync()).Hour >= 17)
            await system.AdvanceToAsync(await system.NextAsync(7, 0));
        var now = await system.NowAsync();
        return new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, TimeSpan.Zero).AddHours(4);
    }
}
