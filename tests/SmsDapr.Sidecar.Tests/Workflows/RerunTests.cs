using Dapr.DurableTask.Protobuf;
using Grpc.Core;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Doing a finished workflow again from one of its steps.</summary>
public sealed class RerunTests
{
    private static readonly Script TwoSteps = new()
    {
        Workflow = history => history.Results.Count switch
        {
            0 when history.IsFirstTurn => [Do.Activity(0, "first", "a")],
            1 when history.All.Count(e => e.TaskScheduled is not null) == 1 => [Do.Activity(1, "second", "b")],
            2 => [Do.Complete(string.Join(",", history.Results))],
            _ => [],
        },
    };

    [Fact]
    public async Task Rerun_keeps_what_came_before_the_step_and_does_the_step_again()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(TwoSteps);
        await host.Hub.StartAsync("two", "one");
        await host.Hub.CompletionAsync("one");

        var id = await host.Hub.RerunAsync(new() { SourceInstanceID = "one", EventID = 1, NewInstanceID = "again", OverwriteInput = true, Input = "c" });

        id.ShouldBe("again");
        (await host.Hub.CompletionAsync("again")).Output.ShouldBe("a,c");
        (await host.Hub.GetAsync("one")).WorkflowState.Output.ShouldBe("a,b");
        worker.Activities.Count(activity => activity.Name == "first").ShouldBe(1);
    }

    [Fact]
    public async Task Rerun_is_refused_with_daprds_codes()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script { Workflow = history => history.Start.Name == "two" ? TwoSteps.Workflow(history) : [] });
        await host.Hub.StartAsync("two", "one");
        await host.Hub.CompletionAsync("one");
        await host.Hub.StartAsync("endless", "running");

        (await Code(host, new() { SourceInstanceID = "nobody" })).ShouldBe(StatusCode.NotFound);
        (await Code(host, new() { SourceInstanceID = "running" })).ShouldBe(StatusCode.InvalidArgument);
        (await Code(host, new() { SourceInstanceID = "one", EventID = 7 })).ShouldBe(StatusCode.NotFound);
        (await Code(host, new() { SourceInstanceID = "one", EventID = 99 })).ShouldBe(StatusCode.NotFound);
        (await Code(host, new() { SourceInstanceID = "one", EventID = 1, NewInstanceID = "running" })).ShouldBe(StatusCode.AlreadyExists);
    }

    private static async Task<StatusCode> Code(EngineHost host, RerunWorkflowFromEventRequest request) =>
        (await Should.ThrowAsync<RpcException>(() => host.Hub.RerunAsync(request))).StatusCode;
}
