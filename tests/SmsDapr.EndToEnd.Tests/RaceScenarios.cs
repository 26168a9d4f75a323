using System.Net;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Changes that are asked for while their message falls due: each either wins or is refused, and the text tells which.</summary>
public sealed class RaceScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private const int Messages = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_opt_out_that_races_sends_cancels_what_is_not_out_and_nothing_follows()
    {
        var (users, ids, due) = await ScheduleAsync();

        await RaceAsync(due, users.Select(user => system.Api.PostAsync(new Uri($"/v1/users/{user.Id}/opt-out", UriKind.Relative), null, Cancellation)));

        foreach (var (user, id) in users.Zip(ids))
        {
            var message = await system.MessageAsync(id);
            (message.Text("status"), message.Text("statusReason"), (await system.CreatesAsync(user)).Count).ShouldBeOneOf(
                ("cancelled", "opted_out", 0),
                ("delivered", null, 1));
        }
    }

    [Fact]
    public async Task Quiet_hours_that_are_set_while_messages_fall_due_hold_those_that_are_not_out()
    {
        var (users, ids, due) = await ScheduleAsync();
        var quiet = new { quietHours = new { start = $"{due.AddHours(-1):HH:mm}", end = $"{due.AddHours(3):HH:mm}" } };

        await RaceAsync(due, users.Select(user => system.Api.PatchAsJsonAsync($"/v1/users/{user.Id}/preferences", quiet, Cancellation)));
        await system.AdvanceToAsync(due.AddHours(4));

        foreach (var (user, id) in users.Zip(ids))
        {
            (await system.CreatesAsync(user)).ShouldHaveSingleItem().ShouldBeOneOf(due, due.AddHours(3));
            (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        }
    }

    [Fact]
    public async Task A_move_that_races_the_send_either_wins_or_is_refused()
    {
        var (users, ids, due) = await ScheduleAsync();

        var answers = await RaceAsync(due, ids.Select(id => PatchAsync(id, new { sendAt = due.AddHours(1).UtcDateTime })));
        await system.AdvanceToAsync(due.AddHours(2));

        foreach (var (user, answer) in users.Zip(answers))
            (answer, (await system.CreatesAsync(user)).ShouldHaveSingleItem()).ShouldBeOneOf((HttpStatusCode.OK, due.AddHours(1)), (HttpStatusCode.Conflict, due));
    }

    [Fact]
    public async Task An_edit_that_races_the_send_either_wins_or_is_refused()
    {
        var (users, ids, due) = await ScheduleAsync();

        var answers = await RaceAsync(due, ids.Select(id => PatchAsync(id, new { body = "new" })));

        foreach (var (user, id, answer) in users.Zip(ids, answers))
        {
            var text = (await system.TextsAsync(user)).ShouldHaveSingleItem();
            (answer, text).ShouldBeOneOf((HttpStatusCode.OK, "new"), (HttpStatusCode.Conflict, "old"));
            (await system.MessageAsync(id)).Text("body").ShouldBe(text);
        }
    }

    private async Task<(IReadOnlyList<TestUser> Users, string[] Ids, DateTimeOffset Due)> ScheduleAsync()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, Messages).Select(_ => system.NewUserAsync()));
        var due = (await system.NextAsync(9, 45)).AddDays(1);
        return (users, await Task.WhenAll(users.Select(user => system.ScheduleAsync(user, due, "old"))), due);
    }

    /// <summary>Lets the messages fall due while the requests are made.</summary>
    private async Task<IReadOnlyList<HttpStatusCode>> RaceAsync(DateTimeOffset due, IEnumerable<Task<HttpResponseMessage>> requests)
    {
        await system.AdvanceToAsync(due.AddSeconds(-1));
        var advance = system.AdvanceToAsync(due.AddSeconds(10));
        var answers = await Task.WhenAll(requests);
        await advance;
        try
        {
            return [.. answers.Select(answer => answer.StatusCode)];
        }
        finally
        {
            foreach (var answer in answers)
                answer.Dispose();
        }
    }

    private Task<HttpResponseMessage> PatchAsync(string id, object change) => system.Api.PatchAsJsonAsync($"/v1/messages/{id}", change, Cancellation);
}
