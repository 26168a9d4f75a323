using Dapr.Workflow;
using Dapr.Workflow.Client;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

/// <summary>Code whose changes are guarded by patches, over several turns: an answer that forgets an earlier patch stalls the instance.</summary>
public sealed class Patching(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<int, string>("patched", async (context, _) =>
        {
            var first = context.IsPatched("first");
            await context.CallActivityAsync<int>("add-one", 1);
            var second = context.IsPatched("second");
            await context.WaitForExternalEventAsync<string>("go");
            return $"{first} {second} {context.IsPatched("first")}";
        });
        options.RegisterWorkflow<int, string>("cancels-the-loser", async (context, _) =>
        {
            using var cancellation = new CancellationTokenSource();
            var limit = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            var go = context.WaitForExternalEventAsync<string>("go");
            if (await Task.WhenAny(limit, go) == go)
                await cancellation.CancelAsync();
            return await context.CallActivityAsync<string>("greet", await go);
        });
    }

    [Fact]
    public async Task Patches_hold_over_all_turns_of_an_instance()
    {
        await StartAsync("patched", 0);
        await RaiseAsync("go", "x");

        (await OutputAsync<string>()).ShouldBe("True True True");
        (await Client.GetInstanceHistoryAsync(Id, Cancellation)).ShouldNotContain(e => e.EventType == WorkflowHistoryEventType.ExecutionStalled);
    }

    [Fact]
    public async Task A_wait_that_lost_is_cancelled_and_awaited()
    {
        await StartAsync("cancels-the-loser", 0);
        await RaiseAsync("go", "Ada");

        (await OutputAsync<string>()).ShouldBe("hello Ada");
    }
}
