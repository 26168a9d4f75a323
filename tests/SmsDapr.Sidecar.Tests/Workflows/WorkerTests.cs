using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Workers that come, go, hang and repeat themselves.</summary>
public sealed class WorkerTests
{
    private static readonly Script Silent = new() { Answers = _ => false };

    private static readonly Script OneActivity = new()
    {
        Workflow = history => history.Results is [var result] ? [Do.Complete(result)] : history.IsFirstTurn ? [Do.Activity(0, "work", "done")] : [],
    };

    [Fact]
    public async Task Turn_of_a_worker_that_left_goes_to_another()
    {
        await using var host = await EngineHost.StartAsync();
        var lost = await host.ConnectAsync(Silent);
        var started = host.Hub.StartAsync("work", "one");
        await lost.ReceivedAsync(item => item.WorkflowRequest is not null);

        await host.ConnectAsync(OneActivity);
        await lost.DisposeAsync();

        await started;
        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("done");
    }

    [Fact]
    public async Task Activity_of_a_worker_that_left_runs_again_elsewhere()
    {
        await using var host = await EngineHost.StartAsync();
        var lost = await host.ConnectAsync(new Script { Workflow = OneActivity.Workflow, Answers = item => item.ActivityRequest is null });
        await host.Hub.StartAsync("work", "one");
        await lost.ReceivedAsync(item => item.ActivityRequest is not null);

        var other = await host.ConnectAsync(OneActivity);
        await lost.DisposeAsync();

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("done");
        other.Activities.Single().TaskExecutionId.ShouldBe("execution-0");
    }

    [Fact]
    public async Task Answer_to_an_abandoned_turn_is_accepted_and_dropped()
    {
        await using var host = await EngineHost.StartAsync();
        var lost = await host.ConnectAsync(Silent);
        var started = host.Hub.StartAsync("work", "one");
        await lost.ReceivedAsync(item => item.WorkflowRequest is not null);
        var abandoned = lost.Received.Single();
        await lost.DisposeAsync();
        var other = await host.ConnectAsync(Silent);
        await other.ReceivedAsync(item => item.WorkflowRequest is not null);

        await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(new Script(), abandoned));
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Pending);
        await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(new Script(), other.Received.Single()));

        await started;
        (await host.Hub.CompletionAsync("one")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Theory]
    [InlineData("CompleteOrchestratorTask")]
    [InlineData("CompleteWorkflowTask")]
    public async Task Both_names_of_the_completion_call_are_served_with_or_without_the_token(string method)
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(Silent);
        var started = host.Hub.StartAsync("work", "one");
        await worker.ReceivedAsync(item => item.WorkflowRequest is not null);
        var answer = ScriptedWorker.Answer(new Script(), worker.Received.Single());
        answer.CompletionToken = "";

        await host.Hub.CompleteTurnAsync(answer, method);

        await started;
    }

    [Fact]
    public async Task Result_given_twice_counts_once()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn ? [Do.Activity(0, "work")] : history.Raised("end").Count > 0 ? [Do.Complete(string.Join(",", history.Results))] : [],
            Answers = item => item.ActivityRequest is null,
        });
        await host.Hub.StartAsync("work", "one");
        await worker.ReceivedAsync(item => item.ActivityRequest is not null);
        var run = worker.Received.Single(item => item.ActivityRequest is not null);

        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(run, "first"));
        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(run, "second"));
        await host.Hub.RaiseAsync("one", "end");

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("first");
    }

    [Fact]
    public async Task Failed_activity_tells_the_workflow_why()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn ? [Do.Activity(0, "work")]
                : [Do.Complete(history.New.Single(e => e.TaskFailed is not null).TaskFailed.FailureDetails.ErrorMessage)],
            Activity = _ => throw new InvalidOperationException("no luck"),
        });

        await host.Hub.StartAsync("work", "one");

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("no luck");
    }

    [Fact]
    public async Task Work_waits_for_the_first_worker_however_much_there_is()
    {
        await using var host = await EngineHost.StartAsync(new EngineSettings { QueueHighWater = 8, QueueLowWater = 4, IdleInstances = 8 });
        var started = Enumerable.Range(0, 100).Select(n => host.Hub.StartAsync("work", $"instance-{n}")).ToList();
        while (host.Work.Open < 100)
            await Task.Yield();

        await host.ConnectAsync(OneActivity);

        await Task.WhenAll(started);
        for (var n = 0; n < 100; n++)
            (await host.Hub.CompletionAsync($"instance-{n}")).Output.ShouldBe("done");
    }

    [Fact]
    public async Task Worker_that_takes_nothing_for_too_long_loses_its_stream_and_its_work()
    {
        // Real time, and long enough that a healthy worker on a busy machine is not taken for a stuck one.
        await using var host = await EngineHost.StartAsync(new EngineSettings { SendTimeout = TimeSpan.FromSeconds(5) });
        var input = new string('x', 300_000);
        using var stuck = host.Hub.WorkItems(TestContext.Current.CancellationToken);
        var started = Enumerable.Range(0, 20).Select(n => host.Hub.StartAsync("work", $"instance-{n}", input)).ToList();
        await stuck.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        while (host.Engine.ConnectedWorkers > 0)
            await Task.Yield();

        await host.ConnectAsync(new Script());

        await Task.WhenAll(started);
    }

    [Fact]
    public async Task Shutdown_ends_the_stream_with_its_own_words()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(Silent);

        await host.StopServerAsync(waitForWorkers: false);
        await worker.Completion;

        worker.Ended.ShouldNotBeNull();
        (worker.Ended.Value.StatusCode, worker.Ended.Value.Detail).ShouldBe((StatusCode.Cancelled, "shutting down"));
    }
}
