using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What the explanation says is what happens when the message is due.</summary>
public sealed class RuleExplanationScenarios(ITestOutputHelper output)
{
    private const int Users = 40;
    private const int MessagesPerUser = 5;
    private const string RefusesAccount = "+19075550104";
    private const string Seed = "4IL2bmIuSGc2";

    /// <summary>How long sending rests after the account was refused for the first time.</summary>
    private const int PauseSeconds = 60;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_explanation_is_what_happens_whenever_it_is_asked_for()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();

        var met = await FollowAsync(system, Users, MessagesPerUser);

        met.ShouldBe(
            ["cancelled daily_limit", "cancelled phone_not_verified", "cancelled status", "deferred quiet_hours", "will_send "],
            ignoreOrder: true);
    }

    [Fact]
    public async Task The_explanation_says_that_sending_is_switched_off()
    {
        await using var system = VirtualSystem.With("Sms__SendingEnabled", "false");
        await system.InitializeAsync();

        var met = await FollowAsync(system, users: 12, messagesPerUser: 2);

        met.ShouldBe(["cancelled sending_disabled"]);
    }

    [Fact]
    public async Task The_explanation_says_which_messages_are_held_up_for_too_long()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var at = (await system.NowAsync()).AddMinutes(10);
        // Twilio refuses the account: everything pauses.
        await system.ScheduleAsync(await system.NewUserAsync(RefusesAccount), at, maxAttempts: 1);
        var ids = new List<string>();
        foreach (var (dueAfter, usefulFor) in RuleExplanationCases.Held(count: 30, PauseSeconds, Seed))
        {
            var user = await system.NewUserAsync();
            var request = new { userId = user.Id, body = "only now", sendAt = at.AddSeconds(dueAfter).UtcDateTime, maxLateness = $"PT{usefulFor}S" };
            ids.Add((await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync("/v1/messages", request, Cancellation))).Text("id")!);
        }

        await system.AdvanceToAsync(at.AddSeconds(PauseSeconds - 5));
        var waiting = await Task.WhenAll(ids.Select(system.MessageAsync));
        var explained = await Task.WhenAll(ids.Select(system.ExplanationAsync));
        await system.AdvanceToAsync(at.AddMinutes(3));

        var outcomes = new List<string>();
        foreach (var (id, before, explanation) in ids.Zip(waiting, explained))
        {
            var after = await system.MessageAsync(id);
            var story = $"{before}\n{explanation}\n{after}";
            outcomes.Add($"{explanation.Text("outcome")} {FirstFailing(explanation)}");
            (after.Text("status"), after.Text("statusReason")).ShouldBe(
                explanation.Text("outcome") == "will_send" ? ("delivered", null) : ("cancelled", "expired"), story);
            // What is over before the pause is ends as it falls due; the rest waits.
            if (explanation.Text("outcome") == "will_send")
                before.Text("status").ShouldBe("scheduled", story);
        }

        outcomes.ShouldContain("will_send sending_paused");
        outcomes.ShouldContain("cancelled expired");
    }

    /// <summary>Asks about every message when it is accepted and again right before it is due; answers what was met.</summary>
    private async Task<IReadOnlyCollection<string>> FollowAsync(VirtualSystem system, int users, int messagesPerUser)
    {
        var met = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var due = new SortedDictionary<DateTimeOffset, List<string>>();
        var early = new Dictionary<string, JsonElement>();
        var created = new List<(UserCase Case, TestUser User)>();
        foreach (var (user, cases) in RuleExplanationCases.Some(users, messagesPerUser, Seed))
        {
            var (testUser, messages) = await RuleExplanationCases.PrepareAsync(system, user, cases);
            created.Add((user, testUser));
            foreach (var (at, id) in messages)
            {
                Add(due, at, id);
                if (user.Later == Later.Nothing)
                    early[id] = await system.ExplanationAsync(id);
            }
        }

        foreach (var (user, testUser) in created)
            await RuleExplanationCases.ChangeAsync(system, user.Later, testUser);

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
                var (outcome, rule) = Expected(explanation, at);
                met[$"{outcome} {rule}"] = met.GetValueOrDefault($"{outcome} {rule}") + 1;
                ShouldHaveHappened(outcome, rule, explanation, message, at);
                if (early.Remove(id, out var before))
                    ShouldHaveBeenForeseen(before, explanation);
                if (outcome == "deferred")
                    Add(due, message.Time("sendAt")!.Value, id);
            }
        }

        foreach (var (what, count) in met)
            output.WriteLine($"{count,4} {what}");
        return met.Keys;
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

    /// <summary>Nothing changed since, except that other messages may have used up the day.</summary>
    private static void ShouldHaveBeenForeseen(JsonElement before, JsonElement explanation)
    {
        if (FirstFailing(explanation) == "daily_limit")
            return;
        (before.Text("outcome"), before.Time("sendAt"), FirstFailing(before)).ShouldBe(
            (explanation.Text("outcome"), explanation.Time("sendAt"), FirstFailing(explanation)), $"{before}\n{explanation}");
    }

    /// <summary>Deferred to the same minute, messages of one user compete for a slot: which one gets it nobody can say before.</summary>
    private static async Task<IEnumerable<string>> WithoutRivalsAsync(VirtualSystem system, List<string> ids)
    {
        var messages = await Task.WhenAll(ids.Select(system.MessageAsync));
        return messages.GroupBy(message => message.Text("userId")).Where(rivals => rivals.Count() == 1).Select(rivals => rivals.Single().Text("id")!);
    }

    /// <summary>What is to happen at an instant. A message that was deferred to it says deferred until it is due; then the other rules decide.</summary>
    private static (string Outcome, string? Rule) Expected(JsonElement explanation, DateTimeOffset at)
    {
        var failing = Failing(explanation);
        if (explanation.Text("outcome") != "deferred" || explanation.Time("sendAt") != at)
            return (explanation.Text("outcome")!, failing.FirstOrDefault());
        return failing.FirstOrDefault(rule => rule != "quiet_hours") is { } rule ? ("cancelled", rule) : ("will_send", null);
    }

    private static string? FirstFailing(JsonElement explanation) => Failing(explanation).FirstOrDefault();

    private static IEnumerable<string> Failing(JsonElement explanation) =>
        explanation.GetProperty("checks").EnumerateArray()
            .Where(check => !check.GetProperty("passed").GetBoolean())
            .Select(check => check.Text("rule")!);

    private static void Add(SortedDictionary<DateTimeOffset, List<string>> due, DateTimeOffset at, string id)
    {
        if (!due.TryGetValue(at, out var ids))
            due[at] = ids = [];
        ids.Add(id);
    }
}
