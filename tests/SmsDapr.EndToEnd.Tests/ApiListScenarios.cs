using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Lists page through messages by send time, and stay in step while messages come and go.</summary>
public sealed class ApiListScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static readonly DateTimeOffset Day = new(2026, 4, 21, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_cursor_goes_on_where_its_page_ended_whatever_was_added_since()
    {
        var user = await system.NewUserAsync();
        var ids = new List<string>();
        for (var number = 0; number < 6; number++)
            ids.Add(await system.ScheduleAsync(user, Day.AddHours(number * 5)));

        var (first, cursor) = await PageAsync($"/v1/users/{user.Id}/messages?limit=2");
        await system.ScheduleAsync(user, Day.AddHours(1));
        var later = await system.ScheduleAsync(user, Day.AddHours(11));
        var (second, next) = await PageAsync($"/v1/users/{user.Id}/messages?limit=2&cursor={cursor}");
        await system.CancelAsync(ids[4]);
        var (rest, end) = await PageAsync($"/v1/users/{user.Id}/messages?limit=200&cursor={next}");

        first.ShouldBe(ids[..2]);
        second.ShouldBe([ids[2], later]);
        rest.ShouldBe([ids[3], ids[4], ids[5]]);
        end.ShouldBeNull();
    }

    [Fact]
    public async Task From_is_inclusive_to_is_exclusive_and_a_date_is_one_of_UTC()
    {
        var user = await system.NewUserAsync(preferences: new { timeZone = "Pacific/Auckland", quietHours = (string?)null });
        var early = await system.ScheduleAsync(user, Day.AddDays(10));
        var late = await system.ScheduleAsync(user, Day.AddDays(11).AddSeconds(-1));
        var next = await system.ScheduleAsync(user, Day.AddDays(11));
        var (from, to) = ($"{Day.AddDays(10):yyyy-MM-dd}T00:00:00Z", $"{Day.AddDays(11):yyyy-MM-dd}T00:00:00Z");

        (await PageAsync($"/v1/users/{user.Id}/messages?from={from}&to={to}")).Ids.ShouldBe([early, late]);
        (await PageAsync($"/v1/users/{user.Id}/messages?from={to}")).Ids.ShouldBe([next]);
        (await PageAsync($"/v1/messages?date={Day.AddDays(10):yyyy-MM-dd}")).Ids.ShouldBe([early, late]);
        (await PageAsync($"/v1/messages?date={Day.AddDays(11):yyyy-MM-dd}&from={from}")).Ids.ShouldBe([next]);
    }

    [Fact]
    public async Task Status_sent_holds_what_was_delivered_too_and_rows_leave_out_attempts_and_timeline()
    {
        var user = await system.NewUserAsync();
        var delivered = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        var waiting = await system.ScheduleAsync(user, Day);

        (await PageAsync($"/v1/users/{user.Id}/messages?status=sent")).Ids.ShouldBe([delivered]);
        (await PageAsync($"/v1/users/{user.Id}/messages?status=delivered")).Ids.ShouldBe([delivered]);
        (await PageAsync($"/v1/users/{user.Id}/messages?status=scheduled")).Ids.ShouldBe([waiting]);
        (await PageAsync($"/v1/users/{user.Id}/messages?status=failed")).Ids.ShouldBeEmpty();
        var row = (await system.ListAsync($"/v1/users/{user.Id}/messages?status=sent")).GetProperty("items")[0];
        row.TryGetProperty("timeline", out _).ShouldBeFalse();
        row.GetProperty("sms").TryGetProperty("attempts", out _).ShouldBeFalse();
        row.GetProperty("sms").Text("to").ShouldBe(user.Phone);
    }

    private async Task<(IReadOnlyList<string> Ids, string? Cursor)> PageAsync(string path)
    {
        var page = await system.ListAsync(path);
        return ([.. page.GetProperty("items").EnumerateArray().Select(item => item.Text("id")!)], page.Text("nextCursor"));
    }
}

internal static class Lists
{
    public static async Task<JsonElement> ListAsync(this VirtualSystem system, string path) =>
        await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));
}
