using System.Net;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What the reconciler finds and sets right, in the whole system: the cron tick of the sidecar drives it.</summary>
public sealed class DeliveryReconcileScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twilio_is_asked_about_a_silent_message_after_five_minutes_and_not_before()
    {
        var user = await system.NewUserAsync("+19075550131");
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);

        await system.AdvanceToAsync(sendAt.AddMinutes(5).AddSeconds(-1));
        (await system.MessageAsync(id)).Text("status").ShouldBe("sent");
        await system.AdvanceToAsync(sendAt.AddMinutes(6));

        var message = await system.MessageAsync(id);
        message.Text("status").ShouldBe("delivered");
        message.GetProperty("timeline").EnumerateArray().Last().Text("source").ShouldBe("reconciler");
        (await WorkflowStatusAsync(id)).ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task A_message_whose_workflow_is_gone_is_taken_up_again()
    {
        var user = await system.NewUserAsync();
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);
        await WorkflowAsync(id, "terminate");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        await WorkflowAsync(id, "purge");

        await system.AdvanceToAsync(sendAt.AddMinutes(10));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).ShouldHaveSingleItem();
        system.Process.Output.ShouldContain($"Repaired message {id}");
    }

    [Fact]
    public async Task A_message_moved_after_its_workflow_was_lost_is_sent_near_its_new_time()
    {
        var user = await system.NewUserAsync();
        var sendAt = await system.NextAsync(9, 45);
        var id = await system.ScheduleAsync(user, sendAt);
        await WorkflowAsync(id, "terminate");
        using var moved = await system.Api.PatchAsync(
            new Uri($"/v1/messages/{id}", UriKind.Relative),
            System.Net.Http.Json.JsonContent.Create(new { sendAt = sendAt.AddHours(1).UtcDateTime }),
            Cancellation);

        await system.AdvanceToAsync(sendAt.AddHours(1).AddMinutes(10));

        moved.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).ShouldHaveSingleItem().ShouldBeGreaterThanOrEqualTo(sendAt.AddHours(1));
    }

    [Fact]
    public async Task Twilio_is_asked_no_more_often_than_the_budget_of_a_minute_allows()
    {
        await using var small = VirtualSystem.With("Sms__ReconcileCallsPerMinute", "2");
        await small.InitializeAsync();
        var user = await small.NewUserAsync("+19075550131");
        var ids = new List<string>();
        for (var number = 0; number < 5; number++)
            ids.Add(await small.ScheduleAsync(user, sendAt: null, $"number {number}"));

        var known = new List<int>();
        for (var minute = 5; minute <= 8; minute++)
        {
            await small.AdvanceToAsync(VirtualSystem.Start.AddMinutes(minute).AddSeconds(1));
            var messages = await Task.WhenAll(ids.Select(small.MessageAsync));
            known.Add(messages.Count(message => message.Text("status") == "delivered"));
        }

        known.ShouldBe([2, 4, 5, 5]);
    }

    private async Task WorkflowAsync(string id, string verb)
    {
        using var response = await system.Process.Sidecar.PostAsync(new Uri($"/v1.0/workflows/dapr/{id}/{verb}", UriKind.Relative), null, Cancellation);
        response.IsSuccessStatusCode.ShouldBeTrue($"{verb}: {(int)response.StatusCode}");
    }

    private async Task<string?> WorkflowStatusAsync(string id)
    {
        using var response = await system.Process.Sidecar.GetAsync(new Uri($"/v1.0/workflows/dapr/{id}", UriKind.Relative), Cancellation);
        return (await VirtualSystem.JsonAsync(response)).Text("runtimeStatus");
    }
}
