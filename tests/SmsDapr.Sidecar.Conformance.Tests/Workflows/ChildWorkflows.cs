using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class ChildWorkflows(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<string, string>("parent", (context, child) =>
            context.CallChildWorkflowAsync<string>(child, "from parent", new ChildWorkflowTaskOptions($"{context.InstanceId}-child")));
        options.RegisterWorkflow<int, string[]>("parent-of-many", (context, count) =>
            Task.WhenAll(Enumerable.Range(0, count).Select(number => context.CallChildWorkflowAsync<string>("echo", $"{number}"))));
        options.RegisterWorkflow<string, string>("forgiving-parent", async (context, child) =>
        {
            try
            {
                return await context.CallChildWorkflowAsync<string>(child, "broken", new ChildWorkflowTaskOptions($"{context.InstanceId}-child"));
            }
            catch (WorkflowTaskFailedException failure)
            {
                return $"child: {failure.FailureDetails.ErrorMessage}";
            }
        });
    }

    [Fact]
    public async Task A_child_gives_its_output_to_its_parent_and_can_be_read_by_its_id()
    {
        await StartAsync("parent", "echo");

        (await OutputAsync<string>()).ShouldBe("from parent");
        (await OutputAsync<string>($"{Id}-child")).ShouldBe("from parent");
    }

    [Fact]
    public async Task Children_without_ids_do_not_meet()
    {
        await StartAsync("parent-of-many", 10);

        (await OutputAsync<string[]>()).ShouldBe(Enumerable.Range(0, 10).Select(number => $"{number}"));
    }

    [Fact]
    public async Task The_failure_of_a_child_reaches_its_parent()
    {
        await StartAsync("forgiving-parent", "throw");

        (await OutputAsync<string>()).ShouldBe("child: broken");
        (await EndAsync($"{Id}-child")).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
    }

    [Fact]
    public async Task A_terminated_child_is_a_failure_to_its_parent()
    {
        await StartAsync("forgiving-parent", "wait-for-go");
        await ChildRunsAsync();

        await Client.TerminateWorkflowAsync($"{Id}-child", cancellation: Cancellation);

        (await OutputAsync<string>())!.ShouldStartWith("child: ");
    }

    [Fact]
    public async Task Termination_of_a_parent_ends_its_child()
    {
        await StartAsync("parent", "wait-for-go");
        await ChildRunsAsync();

        await Client.TerminateWorkflowAsync(Id, "enough", Cancellation);

        (await EndAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
        (await EndAsync($"{Id}-child")).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Terminated);
    }

    [Fact]
    public async Task Purge_of_a_parent_removes_its_child()
    {
        await StartAsync("parent", "echo");
        await EndAsync();

        (await Client.PurgeInstanceAsync(Id, Cancellation)).ShouldBeTrue();

        (await StateAsync()).Exists.ShouldBeFalse();
        (await StateAsync($"{Id}-child")).Exists.ShouldBeFalse();
    }

    private async Task ChildRunsAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        await Client.WaitForWorkflowStartAsync($"{Id}-child", cancellation: patience.Token);
    }
}
