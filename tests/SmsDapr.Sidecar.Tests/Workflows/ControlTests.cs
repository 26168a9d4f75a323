using Dapr.DurableTask.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Suspend, resume, terminate, purge, custom status.</summary>
public sealed class ControlTests
{
    private static readonly Script Waits = new() { Workflow = history => history.Raised("go").Count > 0 ? [Do.Complete()] : [] };

    /// <summary>A parent with one child and one grandchild, all waiting.</summary>
    private static readonly Script Family = new()
    {
        Workflow = history => history switch
        {
            { IsTerminated: true } => [],
            { IsFirstTurn: true, Start.Name: "parent" } => [Do.Child(0, "child", $"{history.InstanceId}-child")],
            { IsFirstTurn: true, Start.Name: "child" } => [Do.Child(0, "grandchild", $"{history.InstanceId}-child")],
            _ when history.Raised("go").Count > 0 => [Do.Complete()],
            _ => [],
        },
    };

    [Fact]
    public async Task Suspended_instance_reads_suspended_until_it_is_resumed_and_still_gets_its_turns()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(Waits);
        await host.Hub.StartAsync("wait", "one");

        await host.Hub.SuspendAsync("one");
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Suspended);
        await host.Hub.RaiseAsync("one", "other");
        await host.Work.IdleAsync();
        worker.Turns.Last().NewEvents[^1].EventRaised.Name.ShouldBe("other");
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Suspended);
        await host.Hub.ResumeAsync("one");

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task Termination_is_forced_with_its_output_when_the_workflow_does_not_end_itself()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { Workflow = _ => [] });
        await host.Hub.StartAsync("stubborn", "one");

        await host.Hub.TerminateAsync("one", "\"enough\"");

        var state = (await host.Hub.GetAsync("one")).WorkflowState;
        (state.WorkflowStatus, state.Output).ShouldBe((OrchestrationStatus.Terminated, "\"enough\""));
    }

    [Fact]
    public async Task Termination_wins_over_continuing_as_new()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { Workflow = history => history.IsTerminated ? [Do.ContinueAsNew("again")] : [] });
        await host.Hub.StartAsync("restless", "one");

        await host.Hub.TerminateAsync("one", "stop");

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Recursive_termination_ends_children_and_grandchildren()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Family);
        await host.Hub.StartAsync("parent", "p");
        await host.Work.IdleAsync();

        await host.Hub.TerminateAsync("p");
        await host.Work.IdleAsync();

        foreach (var id in (string[])["p", "p-child", "p-child-child"])
            (await host.Hub.GetAsync(id)).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated, id);
    }

    [Fact]
    public async Task Termination_that_is_not_recursive_leaves_children_alone()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Family);
        await host.Hub.StartAsync("parent", "p");
        await host.Work.IdleAsync();

        await host.Hub.TerminateAsync("p", recursive: false);
        await host.Work.IdleAsync();

        (await host.Hub.GetAsync("p-child")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task Termination_does_not_wait_for_a_scheduled_start()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Waits);
        await host.Hub.StartAsync("wait", "later", at: host.Now.AddDays(3));

        await host.Hub.TerminateAsync("later");

        (await host.Hub.GetAsync("later")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task Control_of_a_missing_instance_is_an_error()
    {
        await using var host = await EngineHost.StartAsync();

        (await Refusal(host.Hub.TerminateAsync("nobody"))).ShouldBe("failed to submit termination request: no such instance exists");
        (await Refusal(host.Hub.SuspendAsync("nobody"))).ShouldBe("no such instance exists");
        (await Refusal(host.Hub.ResumeAsync("nobody"))).ShouldBe("no such instance exists");
        (await Refusal(host.Hub.PurgeAsync("nobody"))).ShouldBe("no such instance exists");
    }

    [Fact]
    public async Task Control_of_a_finished_instance_returns_at_once()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script());
        await host.Hub.StartAsync("short", "one");

        await host.Hub.TerminateAsync("one");
        await host.Hub.SuspendAsync("one");
        await host.Hub.ResumeAsync("one");

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task Purge_removes_a_finished_instance_with_its_children_and_counts_them()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Family);
        await host.Hub.StartAsync("parent", "p");
        await host.Work.IdleAsync();
        await host.Hub.TerminateAsync("p");
        await host.Work.IdleAsync();

        (await host.Hub.PurgeAsync("p")).ShouldBe(3);

        (await host.Hub.GetAsync("p")).Exists.ShouldBeFalse();
        (await host.Hub.GetAsync("p-child-child")).Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task Purge_of_an_unfinished_instance_is_refused_unless_forced()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Waits);
        await host.Hub.StartAsync("wait", "one");

        (await Refusal(host.Hub.PurgeAsync("one"))).ShouldBe("orchestration has not yet completed");
        (await host.Hub.PurgeAsync("one", force: true)).ShouldBe(1);

        (await host.Hub.GetAsync("one")).Exists.ShouldBeFalse();
        await host.Work.IdleAsync();
    }

    [Fact]
    public async Task Answers_for_a_purged_instance_change_nothing_in_its_successor()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.Results is [var result] ? [Do.Complete(result)] : history.IsFirstTurn ? [Do.Activity(0, "slow")] : [],
            Answers = item => item.ActivityRequest is null,
        });
        await host.Hub.StartAsync("calculate", "one");
        await worker.ReceivedAsync(item => item.ActivityRequest is not null);
        var stale = worker.Received.Single(item => item.ActivityRequest is not null);
        await host.Hub.PurgeAsync("one", force: true);
        await host.Hub.StartAsync("calculate", "one");

        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(stale, "stale"));
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
        await worker.ReceivedAsync(item => item.ActivityRequest is not null && item != stale);
        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(worker.Received.Last(item => item.ActivityRequest is not null), "fresh"));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("fresh");
    }

    [Fact]
    public async Task Custom_status_is_what_the_last_turn_said_and_silence_clears_it()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { Workflow = _ => [], CustomStatus = history => history.IsFirstTurn ? "busy" : null });
        await host.Hub.StartAsync("status", "one");
        (await host.Hub.GetAsync("one")).WorkflowState.CustomStatus.ShouldBe("busy");

        await host.Hub.RaiseAsync("one", "next");
        await host.Work.IdleAsync();

        (await host.Hub.GetAsync("one")).WorkflowState.CustomStatus.ShouldBeNull();
    }

    [Fact]
    public async Task Action_that_the_engine_cannot_do_fails_the_workflow_with_its_name()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = _ => [new WorkflowAction { SendEvent = new SendEventAction { Instance = new WorkflowInstance { InstanceId = "other" }, Name = "go" } }],
        });

        await host.Hub.StartAsync("sender", "one");

        var state = (await host.Hub.GetAsync("one")).WorkflowState;
        state.WorkflowStatus.ShouldBe(OrchestrationStatus.Failed);
        state.FailureDetails.ErrorMessage.ShouldContain("SendEvent");
    }

    private static async Task<string> Refusal(Task call) => (await Should.ThrowAsync<RpcException>(() => call)).Status.Detail;
}
