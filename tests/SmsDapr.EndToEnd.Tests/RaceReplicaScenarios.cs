using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Two replicas of the service share one sidecar on real time; whoever wins the compare-and-set decides.</summary>
public sealed class RaceReplicaScenarios : IAsyncLifetime
{
    private const string SlowAnswer = "+19075550114";

    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly LocalProcess _first = new();
    private RaceReplica? _second;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _first.StartAsync(clock: null, CancellationToken.None);
        _second = await RaceReplica.StartAsync(_first, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is not null)
            await _second.DisposeAsync();
        await _first.DisposeAsync();
    }

    [Fact]
    public async Task Of_ten_messages_due_at_once_through_two_replicas_exactly_three_are_created_for_each_of_20_users_with_limit_three()
    {
        const int Users = 20;
        const int PerUser = 10;
        const int DailyLimit = 3;
        var users = new List<TestUser>();
        for (var number = 0; number < Users; number++)
            users.Add(await NewUserAsync(VirtualSystem.NewPhone(), new { quietHours = (string?)null, dailyLimit = DailyLimit }));

        var due = DueAt();
        var ids = new Dictionary<TestUser, string[]>();
        foreach (var user in users)
            ids[user] = await Task.WhenAll(Enumerable.Range(0, PerUser).Select(number => ScheduleAsync(user, due, $"number {number}", number)));
        TimeProvider.System.GetUtcNow().ShouldBeLessThan(due, "Scheduling took longer than the lead time; nothing would be proven.");

        var messages = await FinalAsync(ids.Values.SelectMany(all => all));

        foreach (var user in users)
        {
            var own = ids[user].Select(id => messages[id]).ToList();
            own.Count(message => message.Text("status") == "delivered").ShouldBe(DailyLimit);
            own.Count(message => message.Text("statusReason") == "daily_limit").ShouldBe(PerUser - DailyLimit);
            (await CreatesAsync(user)).ShouldBe(DailyLimit);
        }
    }

    [Fact]
    public async Task Of_50_cancels_that_race_50_sends_through_two_replicas_none_is_both_cancelled_and_sent()
    {
        const int Messages = 50;
        var users = new List<TestUser>();
        for (var number = 0; number < Messages; number++)
            users.Add(await NewUserAsync(VirtualSystem.NewPhone(), new { quietHours = (string?)null }));
        var due = DueAt();
        var ids = await Task.WhenAll(users.Select((user, number) => ScheduleAsync(user, due, "race", number)));

        // Around the due time: some cancels are early, some late, most are neither.
        var cancels = await Task.WhenAll(ids.Select((id, number) => CancelAtAsync(id, number, due + TimeSpan.FromMilliseconds((number - 20) * 10))));
        var messages = await FinalAsync(ids);

        foreach (var (user, id, status) in users.Zip(ids, cancels))
        {
            (status, messages[id].Text("status"), await CreatesAsync(user)).ShouldBeOneOf(
                (HttpStatusCode.OK, "cancelled", 0),
                (HttpStatusCode.Conflict, "delivered", 1));
        }
    }

    [Fact]
    public async Task A_message_whose_call_is_under_way_is_out_whatever_is_asked_meanwhile()
    {
        var user = await NewUserAsync(SlowAnswer, new { quietHours = (string?)null });
        var id = await ScheduleAsync(user, sendAt: null, "under way", 0);
        await UntilAsync(async () => (await MessageAsync(id)).Text("status") == "sending" && await CreatesAsync(user) == 1);

        var answers = await Task.WhenAll(
            Api(1).PostAsync(new Uri($"/v1/messages/{id}/cancel", UriKind.Relative), null, Cancellation),
            Api(1).PatchAsJsonAsync($"/v1/messages/{id}", new { sendAt = TimeProvider.System.GetUtcNow().AddHours(1).UtcDateTime }, Cancellation),
            Api(1).PatchAsJsonAsync($"/v1/messages/{id}", new { body = "something else" }, Cancellation),
            Api(1).PatchAsJsonAsync(
                $"/v1/users/{user.Id}/preferences", new { quietHours = new { start = "00:01", end = "00:00" }, dailyLimit = 0 }, Cancellation),
            Api(1).PostAsync(new Uri($"/v1/users/{user.Id}/opt-out", UriKind.Relative), null, Cancellation));
        var message = (await FinalAsync([id]))[id];

        answers.Select(answer => answer.StatusCode).ShouldBe(
            [HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.OK]);
        foreach (var answer in answers)
            answer.Dispose();
        message.Text("status").ShouldBe("delivered");
        message.Text("body").ShouldBe("under way");
        message.Number("attempts").ShouldBe(1);
        (await CreatesAsync(user)).ShouldBe(1);
    }

    private static DateTimeOffset DueAt()
    {
        var due = TimeProvider.System.GetUtcNow() + Lead;
        // Both sides of midnight would be two days with a limit each.
        var nextDay = new DateTimeOffset(due.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        return nextDay - due < Limit ? nextDay + Lead : due;
    }

    private HttpClient Api(int number) => number % 2 == 0 ? _first.Api : _second!.Api;

    private async Task<TestUser> NewUserAsync(string phone, object preferences)
    {
        var user = new TestUser($"user-{Guid.NewGuid():N}", phone);
        await VirtualSystem.JsonAsync(await _first.Api.PutAsJsonAsync($"/v1/users/{user.Id}/phone", new { phoneNumber = phone, verified = true }, Cancellation));
        await VirtualSystem.JsonAsync(await _second!.Api.PatchAsJsonAsync($"/v1/users/{user.Id}/preferences", preferences, Cancellation));
        return user;
    }

    private async Task<string> ScheduleAsync(TestUser user, DateTimeOffset? sendAt, string body, int number)
    {
        using var response = await Api(number).PostAsJsonAsync("/v1/messages", new { userId = user.Id, body, sendAt = sendAt?.UtcDateTime }, Cancellation);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return (await VirtualSystem.JsonAsync(response)).Text("id")!;
    }

    private async Task<HttpStatusCode> CancelAtAsync(string id, int number, DateTimeOffset at)
    {
        if (at - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } left)
        {
            using var timer = new PeriodicTimer(left);
            await timer.WaitForNextTickAsync(Cancellation);
        }

        using var response = await Api(number).PostAsync(new Uri($"/v1/messages/{id}/cancel", UriKind.Relative), null, Cancellation);
        return response.StatusCode;
    }

    private async Task<Dictionary<string, JsonElement>> FinalAsync(IEnumerable<string> ids)
    {
        var messages = new Dictionary<string, JsonElement>();
        var open = ids.ToList();
        await UntilAsync(async () =>
        {
            foreach (var id in open.ToList())
            {
                messages[id] = await MessageAsync(id);
                if (messages[id].Text("status") is not ("delivered" or "cancelled" or "failed"))
                    return false;
                open.Remove(id);
            }

            return true;
        });
        return messages;
    }

    private async Task<JsonElement> MessageAsync(string id) =>
        await VirtualSystem.JsonAsync(await _second!.Api.GetAsync(new Uri($"/v1/messages/{id}", UriKind.Relative), Cancellation));

    private async Task<int> CreatesAsync(TestUser user)
    {
        using var response = await _first.Simulator.GetAsync(new Uri($"/_sim/requests?to={Uri.EscapeDataString(user.Phone)}", UriKind.Relative), Cancellation);
        return (await VirtualSystem.JsonAsync(response)).GetProperty("items").GetArrayLength();
    }

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var pause = new PeriodicTimer(Glance);
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
                throw new TimeoutException(_first.Output);
            await pause.WaitForNextTickAsync(Cancellation);
        }
    }
}
