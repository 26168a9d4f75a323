using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class CustomStatus(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal sealed record Progress(string Step, int Percent);

    internal static void Register(WorkflowRuntimeOptions options) =>
        options.RegisterWorkflow<string, string>("report", async (context, _) =>
        {
            context.SetCustomStatus(new Progress("waiting", 10));
            await context.WaitForExternalEventAsync<string>("unrelated");
            var item = await context.WaitForExternalEventAsync<string>("go");
            context.SetCustomStatus(new Progress("done", 100));
            return item;
        });

    [Fact]
    public async Task It_can_be_read_while_the_workflow_waits_and_after_its_end()
    {
        await StartAsync("report");
        (await StateAsync()).ReadCustomStatusAs<Progress>().ShouldBe(new Progress("waiting", 10));

        await RaiseAsync("unrelated");
        await RaiseAsync("go");

        (await EndAsync()).ReadCustomStatusAs<Progress>().ShouldBe(new Progress("done", 100));
    }

    [Fact]
    public async Task It_stays_over_turns_and_a_suspension_that_do_not_set_it()
    {
        await StartAsync("report");

        await RaiseAsync("unrelated");
        await Client.SuspendWorkflowAsync(Id, cancellation: Cancellation);

        (await StateAsync()).ReadCustomStatusAs<Progress>().ShouldBe(new Progress("waiting", 10));
        await Client.TerminateWorkflowAsync(Id, cancellation: Cancellation);
    }
}
