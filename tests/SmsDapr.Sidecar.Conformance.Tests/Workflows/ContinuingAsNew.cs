using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class ContinuingAsNew(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal sealed record Sum(int Left, List<string> Items, bool Keep = true);

    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<int, int>("count-down", (context, left) =>
        {
            if (left > 0)
                context.ContinueAsNew(left - 1);
            return Task.FromResult(left);
        });
        options.RegisterWorkflow<int, string>("rounds-with-timer", async (context, left) =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(10));
            if (left > 0)
                context.ContinueAsNew(left - 1);
            return "done";
        });
        options.RegisterWorkflow<Sum, List<string>>("one-event-per-round", async (context, sum) =>
        {
            var items = new List<string>(sum.Items) { await context.WaitForExternalEventAsync<string>("item") };
            if (sum.Left > 1)
                context.ContinueAsNew(sum with { Left = sum.Left - 1, Items = items }, sum.Keep);
            return items;
        });
    }

    [Fact]
    public async Task The_last_round_gives_the_output()
    {
        await StartAsync("rounds-with-timer", 3);

        (await OutputAsync<string>()).ShouldBe("done");
    }

    [Fact]
    public async Task More_rounds_than_one_turn_may_have_still_end()
    {
        await StartAsync("count-down", 45);

        (await OutputAsync<int>()).ShouldBe(0);
    }

    [Fact]
    public async Task No_event_is_lost_between_rounds()
    {
        await StartAsync("one-event-per-round", new Sum(8, []));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => RaiseAsync("item", $"{number}")));

        (await OutputAsync<List<string>>())!.Order(StringComparer.Ordinal).ShouldBe(["0", "1", "2", "3", "4", "5", "6", "7"]);
    }

    [Fact]
    public async Task The_history_starts_again()
    {
        await StartAsync("rounds-with-timer", 2);
        await EndAsync();

        var history = await Client.GetInstanceHistoryAsync(Id, Cancellation);

        history.Count(e => e.EventType == Dapr.Workflow.Client.WorkflowHistoryEventType.ExecutionStarted).ShouldBe(1);
        history.Count(e => e.EventType == Dapr.Workflow.Client.WorkflowHistoryEventType.TimerFired).ShouldBe(1);
    }
}
