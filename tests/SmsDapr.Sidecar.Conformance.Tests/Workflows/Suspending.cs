using Dapr.Workflow;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class Suspending(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    // Long enough for the call that suspends it to come before it is over.
    private static readonly TimeSpan ShortSleep = TimeSpan.FromSeconds(4);

    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<string, string>("steps", async (context, _) =>
        {
            context.SetCustomStatus("waiting");
            var item = await context.WaitForExternalEventAsync<string>("go");
            context.SetCustomStatus("going");
            await context.WaitForExternalEventAsync<string>("finish");
            return item;
        });
        options.RegisterWorkflow<string, string>("short-sleep", async (context, _) =>
        {
            await context.CreateTimer(ShortSleep);
            context.SetCustomStatus("awake");
            return await context.WaitForExternalEventAsync<string>("finish");
        });
    }

    [Fact]
    public async Task A_suspended_workflow_does_nothing_until_it_is_resumed()
    {
        await StartAsync("steps");
        await Client.SuspendWorkflowAsync(Id, "hold on", Cancellation);
        (await StateAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Suspended);

        await RaiseAsync("go", "kept");
        await RaiseAsync("finish");
        // The engine takes events in order, so this answer comes after their turn.
        await Client.SuspendWorkflowAsync(Id, "still", Cancellation);
        var suspended = await StateAsync();
        await Client.ResumeWorkflowAsync(Id, "go on", Cancellation);

        suspended.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Suspended);
        suspended.ReadCustomStatusAs<string>().ShouldBe("waiting");
        (await OutputAsync<string>()).ShouldBe("kept");
    }

    [Fact]
    public async Task Resume_shows_at_once()
    {
        await StartAsync("steps");
        await Client.SuspendWorkflowAsync(Id, cancellation: Cancellation);

        await Client.ResumeWorkflowAsync(Id, cancellation: Cancellation);

        (await StateAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Running);
        await Client.TerminateWorkflowAsync(Id, cancellation: Cancellation);
    }

    [Fact]
    public async Task A_timer_that_fires_meanwhile_counts_after_the_resume()
    {
        await StartAsync("short-sleep");
        await Client.SuspendWorkflowAsync(Id, cancellation: Cancellation);
        await TimerFiredAsync();

        var suspended = await StateAsync();
        await Client.ResumeWorkflowAsync(Id, cancellation: Cancellation);
        await RaiseAsync("finish", "end");

        suspended.ReadCustomStatusAs<string>().ShouldBeNull();
        (await OutputAsync<string>()).ShouldBe("end");
    }

    [Fact]
    public async Task A_suspended_workflow_can_be_terminated()
    {
        await StartAsync("steps");
        await Client.SuspendWorkflowAsync(Id, cancellation: Cancellation);

        await Client.TerminateWorkflowAsync(Id, "enough", Cancellation);

        (await EndAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task What_does_not_exist_cannot_be_suspended()
    {
        var error = await Should.ThrowAsync<RpcException>(() => Client.SuspendWorkflowAsync(Id, cancellation: Cancellation));

        error.Status.Detail.ShouldContain("no such instance exists");
    }

    private async Task TimerFiredAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!(await Client.GetInstanceHistoryAsync(Id, patience.Token)).Any(e => e.EventType == Dapr.Workflow.Client.WorkflowHistoryEventType.TimerFired))
            await tick.WaitForNextTickAsync(patience.Token);
    }
}
