using Dapr.Workflow.Client;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class LookingBack(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    [Fact]
    public async Task The_history_has_every_step_in_order()
    {
        await StartAsync("greeting", "Ada");
        await EndAsync();

        var history = await Client.GetInstanceHistoryAsync(Id, Cancellation);

        history.Select(e => e.EventType).Where(type => type is not WorkflowHistoryEventType.OrchestratorStarted).ShouldBe(
        [
            WorkflowHistoryEventType.ExecutionStarted, WorkflowHistoryEventType.TaskScheduled,
            WorkflowHistoryEventType.TaskCompleted, WorkflowHistoryEventType.ExecutionCompleted,
        ]);
        history.Single(e => e.EventType == WorkflowHistoryEventType.TaskScheduled).EventId.ShouldBe(0);
    }

    [Fact]
    public async Task What_does_not_exist_has_no_history()
    {
        var error = await Should.ThrowAsync<RpcException>(() => Client.GetInstanceHistoryAsync(Id, Cancellation));

        error.StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Fact]
    public async Task The_list_has_every_instance_once_over_its_pages()
    {
        var ids = Enumerable.Range(0, 5).Select(number => $"{Id}-{number}").ToList();
        foreach (var id in ids)
            await StartAsync("echo", "x", id);

        var listed = new List<string>();
        string? next = null;
        do
        {
            var page = await Client.ListInstanceIdsAsync(next, pageSize: 3, Cancellation);
            listed.AddRange(page.InstanceIds);
            next = page.ContinuationToken;
        }
        while (next is not null);

        listed.Where(ids.Contains).ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task A_rerun_repeats_an_activity_with_another_input_in_a_new_instance()
    {
        await StartAsync("greeting", "Ada");
        await EndAsync();

        var rerun = await Client.RerunWorkflowFromEventAsync(
            Id, 0, new RerunWorkflowFromEventOptions { NewInstanceId = $"{Id}-again", Input = "Grace", OverwriteInput = true }, Cancellation);

        rerun.ShouldBe($"{Id}-again");
        (await OutputAsync<string>(rerun)).ShouldBe("hello Grace");
        (await OutputAsync<string>()).ShouldBe("hello Ada");
    }

    [Fact]
    public async Task A_rerun_repeats_a_timer_that_is_over_at_once()
    {
        await StartAsync("rounds-with-timer", 1);
        await EndAsync();

        var rerun = await Client.RerunWorkflowFromEventAsync(Id, 0, cancellation: Cancellation);

        (await OutputAsync<string>(rerun)).ShouldBe("done");
    }

    [Theory]
    [InlineData(0, "cannot write input to timer event '0'", StatusCode.InvalidArgument)]
    [InlineData(7, "does not have history event with ID '7'", StatusCode.NotFound)]
    public async Task A_rerun_says_what_it_cannot_do(uint eventId, string reason, StatusCode code)
    {
        await StartAsync("rounds-with-timer", 1);
        await EndAsync();

        var error = await Should.ThrowAsync<RpcException>(() =>
            Client.RerunWorkflowFromEventAsync(Id, eventId, new RerunWorkflowFromEventOptions { Input = "x", OverwriteInput = true }, Cancellation));

        error.StatusCode.ShouldBe(code);
        error.Status.Detail.ShouldContain(reason);
    }

    [Fact]
    public async Task A_rerun_needs_an_id_of_its_own()
    {
        await StartAsync("greeting", "Ada");
        await EndAsync();
        await StartAsync("echo", "x", $"{Id}-taken");

        (await Should.ThrowAsync<RpcException>(() => Client.RerunWorkflowFromEventAsync(
            Id, 0, new RerunWorkflowFromEventOptions { NewInstanceId = Id }, Cancellation))).StatusCode.ShouldBe(StatusCode.InvalidArgument);
        (await Should.ThrowAsync<RpcException>(() => Client.RerunWorkflowFromEventAsync(
            Id, 0, new RerunWorkflowFromEventOptions { NewInstanceId = $"{Id}-taken" }, Cancellation))).StatusCode.ShouldBe(StatusCode.AlreadyExists);
    }

    [Fact]
    public async Task A_rerun_needs_a_workflow_that_has_ended()
    {
        await StartAsync("wait-for-go");

        await Should.ThrowAsync<RpcException>(() => Client.RerunWorkflowFromEventAsync(Id, 0, cancellation: Cancellation));

        await Client.TerminateWorkflowAsync(Id, cancellation: Cancellation);
    }
}
