using Dapr.Workflow;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class Starting(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<string, string>("echo", (_, input) => Task.FromResult(input));
        options.RegisterWorkflow<string, string>("wait-for-go", (context, _) => context.WaitForExternalEventAsync<string>("go"));
        options.RegisterWorkflow<string, DateTime>("when", (context, _) => Task.FromResult(context.CurrentUtcDateTime));
        options.RegisterWorkflow<string, string>("throw", (_, input) => throw new InvalidOperationException(input));
    }

    [Fact]
    public async Task A_workflow_gets_its_input_and_its_result_is_the_output()
    {
        (await StartAsync("echo", "hello")).ShouldBe(Id);

        var end = await EndAsync();

        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed);
        end.WorkflowName.ShouldBe("echo");
        end.ReadInputAs<string>().ShouldBe("hello");
        end.ReadOutputAs<string>().ShouldBe("hello");
        end.CreatedAt.ShouldNotBe(default);
        end.LastUpdatedAt.ShouldBeGreaterThanOrEqualTo(end.CreatedAt);
    }

    [Fact]
    public async Task Without_an_id_it_gets_one()
    {
        var id = await Client.ScheduleNewWorkflowAsync("echo", input: "x");

        id.ShouldNotBeNullOrEmpty();
        (await OutputAsync<string>(id)).ShouldBe("x");
    }

    [Fact]
    public async Task Start_returns_after_the_first_turn()
    {
        await StartAsync("wait-for-go");

        (await StateAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Running);
        await RaiseAsync("go");
        await EndAsync();
    }

    [Fact]
    public async Task A_scheduled_start_is_pending_until_its_time()
    {
        var startAt = TimeProvider.System.GetUtcNow().AddSeconds(8);

        await Client.ScheduleNewWorkflowAsync("when", Id, null, startAt, Cancellation);

        (await StateAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Pending);
        (await OutputAsync<DateTime>()).ShouldBeGreaterThanOrEqualTo(startAt.UtcDateTime.AddMilliseconds(-50));
    }

    [Fact]
    public async Task An_id_in_use_is_refused()
    {
        await StartAsync("wait-for-go");

        var error = await Should.ThrowAsync<RpcException>(() => StartAsync("echo", "x"));

        (error.StatusCode == StatusCode.AlreadyExists || error.Status.Detail.Contains("already exists", StringComparison.Ordinal)).ShouldBeTrue(error.Message);
        await RaiseAsync("go");
        await EndAsync();
    }

    [Fact]
    public async Task The_id_of_a_finished_workflow_can_be_used_again()
    {
        await StartAsync("echo", "first");
        await EndAsync();

        await StartAsync("echo", "second");

        (await OutputAsync<string>()).ShouldBe("second");
    }

    [Fact]
    public async Task An_exception_fails_it_with_its_details()
    {
        await StartAsync("throw", "what went wrong");

        var end = await EndAsync();

        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        end.FailureDetails!.ErrorMessage.ShouldBe("what went wrong");
        end.FailureDetails.IsCausedBy<InvalidOperationException>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_that_no_worker_knows_fails_it()
    {
        await StartAsync("no-such-workflow");

        var end = await EndAsync();

        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        end.FailureDetails!.ErrorType.ShouldBe("WorkflowNotFound");
    }

    [Fact]
    public async Task What_was_never_started_does_not_exist()
    {
        var state = await StateAsync();

        state.Exists.ShouldBeFalse();
        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Unknown);
    }

    [Fact]
    public async Task Payloads_are_left_out_on_request()
    {
        await StartAsync("throw", "secret");
        await EndAsync();

        var state = await Client.GetWorkflowStateAsync(Id, getInputsAndOutputs: false, Cancellation);

        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        state.ReadInputAs<string>().ShouldBeNull();
        state.FailureDetails.ShouldBeNull();
    }

    [Fact]
    public async Task Many_at_once_all_end_with_their_own_output()
    {
        var ids = Enumerable.Range(0, 50).Select(number => $"{Id}-{number}").ToList();

        await Task.WhenAll(ids.Select(id => StartAsync("echo", id, id)));

        foreach (var id in ids)
            (await OutputAsync<string>(id)).ShouldBe(id);
    }
}
