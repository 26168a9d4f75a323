using Dapr.Workflow;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class Ending(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    [Fact]
    public async Task Termination_ends_a_workflow_with_the_output_it_names()
    {
        await StartAsync("wait-for-go");

        await Client.TerminateWorkflowAsync(Id, "enough", Cancellation);

        var end = await EndAsync();
        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
        end.ReadOutputAs<string>().ShouldBe("enough");
    }

    [Fact]
    public async Task A_finished_workflow_cannot_be_terminated_into_something_else()
    {
        await StartAsync("echo", "done");
        await EndAsync();

        await Client.TerminateWorkflowAsync(Id, "too late", Cancellation);

        (await OutputAsync<string>()).ShouldBe("done");
    }

    [Fact]
    public async Task What_does_not_exist_cannot_be_terminated()
    {
        var error = await Should.ThrowAsync<RpcException>(() => Client.TerminateWorkflowAsync(Id, cancellation: Cancellation));

        error.Status.Detail.ShouldContain("no such instance exists");
    }

    [Fact]
    public async Task Purge_removes_what_has_ended()
    {
        await StartAsync("echo", "done");
        await EndAsync();

        (await Client.PurgeInstanceAsync(Id, Cancellation)).ShouldBeTrue();

        (await StateAsync()).Exists.ShouldBeFalse();
        (await Client.PurgeInstanceAsync(Id, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_still_runs_cannot_be_purged()
    {
        await StartAsync("wait-for-go");

        var error = await Should.ThrowAsync<RpcException>(() => Client.PurgeInstanceAsync(Id, Cancellation));

        error.Status.Detail.ShouldContain("not yet completed");
        await Client.TerminateWorkflowAsync(Id, cancellation: Cancellation);
    }

    [Fact]
    public async Task A_purged_id_can_be_used_again()
    {
        await StartAsync("echo", "first");
        await EndAsync();
        await Client.PurgeInstanceAsync(Id, Cancellation);

        await StartAsync("echo", "second");

        (await OutputAsync<string>()).ShouldBe("second");
    }
}
