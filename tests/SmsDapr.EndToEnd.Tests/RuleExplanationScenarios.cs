using System.Net.Http.Json;
using System.Text.Json;
using CsCheck;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What the explanation says right before a message is due is what happens when it is.</summary>
public sealed class RuleExplanationScenarios(ITestOutputHelper output)
{
    private const int Users = 40;
    private const int MessagesPerUser = 5;
    private const int Hours = 20;
    private const string Seed = "4IL2bmIuSGc2";

    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "Pacific/Pago_Pago"];

    // Some of all users, so that every rule is met: most have quiet hours or a limit, some lose their number or opt out later.
    private static readonly Gen<UserCase> GenUser = Gen.Select(
        Gen.OneOf(Zones),
        Gen.Int[0, 1439],
        Gen.Int[30, 900],
        Gen.Int[0, 3],
        Gen.Int[0, 9],
        (zone, start, length, limit, later) => new UserCase(zone, Clock(start), Clock(start + length), limit, (Later)Math.Max(0, later - 6)));

    private static readonly Gen<MessageCase> GenMessage = Gen.Select(
        Gen.Int[1, Hours],
        Gen.Int[0, 3],
        Gen.Int[0, 4],
        (hour, quarter, kind) => new MessageCase(TimeSpan.FromMinutes(hour * 60 + quarter * 15), Override: kind == 0, MaxLateness: kind == 1 ? "PT1M" : null));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_explanation_given_before_a_message_is_due_is_what_happens_then()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var due = new SortedDictionary<DateTimeOffset, List<string>>();
        var created = new List<(UserCase Case, TestUser User)>();
        foreach (var (user, messages) in Gen.Select(GenUser, GenMessage.Array[MessagesPerUser]).Array[Users].Single(_ => true, Seed))
            created.Add((user, await PrepareAsync(system, user, messages, due)));
        foreach (var (user, id) in created)
            await ChangeLaterAsync(system, user.Later, id);

        // A deferred message is due again, so it is asked about again.
        while (due.Count > 0)
        {
            var (at, ids) = due.First();
            due.Remove(at);
            await system.AdvanceToAsync(at.AddSeconds(-1));
            var explained = new List<(string Id, JsonElement Explanation)>();
            foreach (var id in await WithoutRivalsAsync(system, ids))
                explained.Add((id, await system.ExplanationAsync(id)));
            await system.AdvanceToAsync(at.AddSeconds(20));
            foreach (var (id, explanation) in explained)
            {
                var message = await system.MessageAsync(id);
                var outcome = explanation.Text("outcome")!;
                var rule = FirstFailing(explanation);
                met[$"{outcome} {rule}"] = met.GetValueOrDefault($"{outcome} {rule}") + 1;
                ShouldHaveHappened(outcome, rule, explanation, message, at);
                if (outcome == "deferred")
                    Add(due, message.Time("sendAt")!.Value, id);
            }
        }

        foreach (var (what, count) in met)
            output.WriteLine($"{count,4} {what}");
        met.Keys.ShouldBe(
            ["cancelled daily_limit", "cancelled expired", "cancelled phone_not_verified", "cancelled status", "deferred quiet_hours", "will_send "],
            ignoreOrder: true);
    }

    [Fact]
    public async Task The_explanation_says_that_sending_is_switched_off()
    {
        await using var system = VirtualSystem.With("Sms__SendingEnabled", "false");
        await system.InitializeAsync();
        var user = await system.NewUserAsync();
        var at = (await system.NowAsync()).AddHours(1);
        var id = await system.ScheduleAsync(user, at);

        var explanation = await system.ExplanationAsync(id);
        await system.AdvanceToAsync(at.AddSeconds(5));

        explanation.Text("outcome").ShouldBe("cancelled");
        FirstFailing(explanation).ShouldBe("sending_disabled");
        (await system.MessageAsync(id)).Text("statusReason").ShouldBe("sending_disabled");
        (await system.CreatesAsync(user)).ShouldBeEmpty();
    }

    private static void ShouldHaveHappened(string outcome, string? rule, JsonElement explanation, JsonElement message, DateTimeOffset at)
    {
        var story = $"{explanation}\n{message}";
        switch (outcome)
        {
            case "will_send":
                rule.ShouldBeNull(story);
                message.Text("status").ShouldBe("delivered", story);
                message.GetProperty("sms").GetProperty("attempts")[0].Time("requestedAt").ShouldBe(explanation.Time("sendAt"), story);
                break;
            case "deferred":
                message.Text("status").ShouldBe("scheduled", story);
                message.Text("statusReason").ShouldBe(rule, story);
                message.Time("sendAt").ShouldBe(explanation.Time("sendAt"), story);
                message.Time("sendAt")!.Value.ShouldBeGreaterThan(at, story);
                break;
            case "cancelled":
                message.Text("status").ShouldBe("cancelled", story);
                message.GetProperty("sms").GetProperty("attempts").GetArrayLength().ShouldBe(0, story);
                if (rule != "status")
                    message.Text("statusReason").ShouldBe(rule, story);
                break;
            default:
                throw new InvalidOperationException($"Nothing should be {outcome} yet: {story}");
        }
    }

    /// <summary>Deferred to the same minute, messages of one user compete for a slot: which one gets it nobody can say before.</summary>
    private static async Task<IEnumerable<string>> WithoutRivalsAsync(VirtualSystem system, List<string> ids)
    {
        var messages = await Task.WhenAll(ids.Select(system.MessageAsync));
        return messages.GroupBy(message => message.Text("userId")).Where(rivals => rivals.Count() == 1).Select(rivals => rivals.Single().Text("id")!);
    }

    private static string? FirstFailing(JsonElement explanation) =>
        explanation.GetProperty("checks").EnumerateArray()
            .Where(check => !check.GetProperty("passed").GetBoolean() && check.Text("rule") != "due")
            .Select(check => check.Text("rule"))
            .FirstOrDefault();

    private static async Task<TestUser> PrepareAsync(
        VirtualSystem system, UserCase user, MessageCase[] messages, SortedDictionary<DateTimeOffset, List<string>> due)
    {
        var created = await system.NewUserAsync(
            preferences: new { timeZone = user.Zone, quietHours = new { start = user.QuietStart, end = user.QuietEnd }, dailyLimit = user.Limit });
        foreach (var (message, number) in messages.Select((message, number) => (message, number)))
        {
            // Apart from each other, so that none takes the slot of another between question and answer.
            var sendAt = VirtualSystem.Start + message.After + TimeSpan.FromMinutes(number);
            var request = new Dictionary<string, object> { ["userId"] = created.Id, ["body"] = $"text {number}", ["sendAt"] = sendAt.UtcDateTime };
            if (message.Override)
            {
                request["quietHours"] = "override";
                request["overrideReason"] = "asked for";
            }

            if (message.MaxLateness is { } maxLateness)
                request["maxLateness"] = maxLateness;
            var accepted = await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", request, Cancellation));
            Add(due, sendAt, accepted.Text("id")!);
        }

        return created;
    }

    private static async Task ChangeLaterAsync(VirtualSystem system, Later later, TestUser user)
    {
        switch (later)
        {
            case Later.LosesNumber:
                await VirtualSystem.JsonAsync(await system.Api.PutAsJsonAsync(
                    $"/v1/users/{user.Id}/phone", new { phoneNumber = user.Phone, verified = false }, Cancellation));
                break;
            case Later.OptsOut:
                await VirtualSystem.JsonAsync(await system.Api.PostAsync(new Uri($"/v1/users/{user.Id}/opt-out", UriKind.Relative), null, Cancellation));
                break;
            case Later.Moves:
                await system.PatchUserAsync(user, new { timeZone = "Asia/Tokyo" });
                break;
        }
    }

    private static void Add(SortedDictionary<DateTimeOffset, List<string>> due, DateTimeOffset at, string id)
    {
        if (!due.TryGetValue(at, out var ids))
            due[at] = ids = [];
        ids.Add(id);
    }

    private static string Clock(int minute) => TimeSpan.FromMinutes(minute % 1440).ToString(@"hh\:mm", System.Globalization.CultureInfo.InvariantCulture);

    private enum Later
    {
        Nothing,
        LosesNumber,
        OptsOut,
        Moves,
    }

    private sealed record UserCase(string Zone, string QuietStart, string QuietEnd, int Limit, Later Later);

    private sealed record MessageCase(TimeSpan After, bool Override, string? MaxLateness);
}
