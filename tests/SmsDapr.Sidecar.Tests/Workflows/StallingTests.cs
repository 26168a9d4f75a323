using Dapr.DurableTask.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Instances that no worker can go on with, why, and what becomes of them.</summary>
public sealed class StallingTests
{
    private static readonly Func<History, IEnumerable<WorkflowAction>> EndsWithSecondEvent =
        history => history.Raised("go").Count > 1 ? [Do.Complete("done")] : [];

    [Fact]
    public async Task Instance_whose_history_outgrows_the_message_limit_stalls_and_can_still_be_terminated()
    {
        await using var host = await EngineHost.StartAsync(maxBodySize: 20_000);
        await host.ConnectAsync(new Script { Workflow = _ => [] });
        await host.Hub.StartAsync("grow", "one");
        await host.Hub.RaiseAsync("one", "big", new string('x', 15_000));
        await host.Work.IdleAsync();
        await host.Hub.RaiseAsync("one", "big", new string('x', 10_000));
        await host.Work.IdleAsync();

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Stalled);
        (await Should.ThrowAsync<RpcException>(() => host.Hub.RaiseAsync("one", "more"))).Status.Detail.ShouldBe("workflow is stalled");
        await host.Hub.TerminateAsync("one");
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task History_says_once_why_and_a_larger_limit_lets_the_instance_go_on()
    {
        await using var host = await EngineHost.StartAsync(maxBodySize: 20_000);
        var script = new Script { Workflow = history => history.Raised("big").Count > 1 ? [Do.Complete("done")] : [] };
        var first = await host.ConnectAsync(script);
        await host.Hub.StartAsync("grow", "one", "input");
        await host.Hub.RaiseAsync("one", "big", new string('x', 15_000));
        await host.Work.IdleAsync();
        await host.Hub.RaiseAsync("one", "big", new string('x', 10_000));
        await host.Work.IdleAsync();
        await first.DisposeAsync();
        await host.ConnectAsync(script);
        await host.Work.IdleAsync();

        var stalled = (await host.Hub.HistoryAsync("one")).Single(e => e.ExecutionStalled is not null).ExecutionStalled;
        stalled.Reason.ShouldBe(StalledReason.PayloadSizeExceeded);
        stalled.Description.ShouldContain("exceeds 95% of max gRPC body size 20000 bytes");

        host.LimitBodiesTo(100_000);
        await host.RestartAsync();
        await host.ConnectAsync(script);
        var state = await host.Hub.CompletionAsync("one");
        (state.Input, state.Output).ShouldBe(("input", "done"));
    }

    [Fact]
    public async Task Activity_that_is_too_large_waits_for_a_larger_limit_whatever_workers_come()
    {
        await using var host = await EngineHost.StartAsync(maxBodySize: 20_000);
        var script = new Script
        {
            Workflow = history => history.Results is [_] ? [Do.Complete("done")] : history.IsFirstTurn ? [Do.Activity(0, "work", new string('x', 19_500))] : [],
        };
        var first = await host.ConnectAsync(script);
        await host.Hub.StartAsync("grow", "one");
        await host.Work.IdleAsync();
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Stalled);
        await first.DisposeAsync();
        await host.ConnectAsync(script);
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Stalled);

        host.LimitBodiesTo(100_000);
        await host.RestartAsync();
        await host.ConnectAsync(script);

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("done");
    }

    [Fact]
    public async Task Worker_whose_code_took_other_patches_stalls_the_instance_until_one_comes_that_fits()
    {
        await using var host = await EngineHost.StartAsync();
        var first = await host.ConnectAsync(new Script { Workflow = EndsWithSecondEvent, Patches = _ => ["one", "two"] });
        await host.Hub.StartAsync("patched", "one");
        await host.Hub.RaiseAsync("one", "go");
        await host.Work.IdleAsync();
        await first.DisposeAsync();
        var other = await host.ConnectAsync(new Script { Workflow = EndsWithSecondEvent, Patches = _ => ["one"] });
        await host.Hub.RaiseAsync("one", "go");
        await host.Work.IdleAsync();

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Stalled);
        var stalled = (await host.Hub.HistoryAsync("one"))[^1].ExecutionStalled;
        stalled.Reason.ShouldBe(StalledReason.PatchMismatch);
        stalled.Description.ShouldBe("Patch mismatch. History patches: [one, two], current patches: [one]. ");
        (await Should.ThrowAsync<RpcException>(() => host.Hub.RaiseAsync("one", "go"))).Status.Detail.ShouldBe("workflow is stalled");

        await other.DisposeAsync();
        await host.ConnectAsync(new Script { Workflow = EndsWithSecondEvent, Patches = _ => ["one", "two", "three"] });
        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("done");
        (await host.Hub.HistoryAsync("one")).SelectMany(e => e.WorkflowStarted?.Version?.Patches ?? []).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task Instance_stalled_over_patches_can_be_terminated_and_not_purged()
    {
        await using var host = await EngineHost.StartAsync();
        var rounds = 0;
        await host.ConnectAsync(new Script { Workflow = EndsWithSecondEvent, Patches = _ => rounds++ == 0 ? ["one"] : [] });
        await host.Hub.StartAsync("patched", "one");
        await host.Hub.RaiseAsync("one", "go");
        await host.Work.IdleAsync();

        (await Should.ThrowAsync<RpcException>(() => host.Hub.PurgeAsync("one"))).Status.Detail.ShouldBe("workflow is stalled");
        await host.Hub.TerminateAsync("one", "over");

        var state = (await host.Hub.GetAsync("one")).WorkflowState;
        (state.WorkflowStatus, state.Output).ShouldBe((OrchestrationStatus.Terminated, "over"));
    }

    [Fact]
    public async Task Worker_without_the_version_stalls_the_instance()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { Workflow = _ => [new WorkflowAction { WorkflowVersionNotAvailable = new() }] });

        await host.Hub.StartAsync("versioned", "one", "input");

        (await host.Hub.HistoryAsync("one"))[^1].ExecutionStalled.Reason.ShouldBe(StalledReason.VersionNotAvailable);
    }
}
