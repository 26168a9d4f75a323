using Dapr.DurableTask.Protobuf;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>What a Dapr Configuration file says about workflows.</summary>
public sealed class ConfigurationTests
{
    private static readonly Script Silent = new() { Answers = _ => false };

    [Theory]
    [InlineData("{ maxConcurrentWorkflowInvocations: 2 }")]
    [InlineData("{ maxConcurrentWorkflowInvocations: 5, globalMaxConcurrentWorkflowInvocations: 2 }")]
    public async Task No_more_turns_than_allowed_are_with_workers_at_a_time(string configuration)
    {
        await using var host = await EngineHost.StartAsync(workflowConfiguration: configuration);
        var worker = await host.ConnectAsync(Silent);
        var started = Enumerable.Range(0, 5).Select(n => host.Hub.StartAsync("work", $"instance-{n}")).ToList();

        for (var answered = 0; answered < 5; answered++)
        {
            var expected = Math.Min(answered + 2, 5);
            await worker.ReceivedAsync(_ => worker.Received.Count == expected);
            await host.SettledAsync();
            worker.Received.Count.ShouldBe(expected);
            await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(new Script(), worker.Received.ElementAt(answered)));
        }

        await Task.WhenAll(started);
    }

    [Fact]
    public async Task Places_of_a_worker_that_left_are_free_again()
    {
        await using var host = await EngineHost.StartAsync(workflowConfiguration: "{ maxConcurrentWorkflowInvocations: 1, maxConcurrentActivityInvocations: 1 }");
        var oneActivity = (History history) => history.IsFirstTurn ? [Do.Activity(0, "work")] : new[] { Do.Complete() };
        var lost = await host.ConnectAsync(new Script { Workflow = oneActivity, Answers = item => item.WorkflowRequest is not null });
        await host.Hub.StartAsync("work", "one");
        await host.Hub.StartAsync("work", "two");
        await lost.ReceivedAsync(item => item.ActivityRequest is not null);
        await host.SettledAsync();
        lost.Activities.Count().ShouldBe(1);

        await host.ConnectAsync(new Script { Workflow = oneActivity });
        await lost.DisposeAsync();

        await host.Hub.CompletionAsync("one");
        await host.Hub.CompletionAsync("two");
    }

    [Fact]
    public async Task Limit_of_a_name_holds_up_only_what_has_that_name()
    {
        await using var host = await EngineHost.StartAsync(
            workflowConfiguration: "{ workflowConcurrencyLimits: [{ name: slow, maxConcurrent: 1 }], activityConcurrencyLimits: [{ name: pay, maxConcurrent: 1 }] }");
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "fan" && history.IsFirstTurn ? [.. Enumerable.Range(0, 3).Select(n => Do.Activity(n, n == 2 ? "mail" : "pay"))]
                : history.Start.Name == "fan" && history.Results.Count < 3 ? [] : [Do.Complete()],
            Answers = item => item.WorkflowRequest is { } turn && new History(turn).Start.Name != "slow",
        });
        var slow = Enumerable.Range(0, 3).Select(n => host.Hub.StartAsync("slow", $"slow-{n}")).ToList();
        await worker.ReceivedAsync(item => item.WorkflowRequest is not null);
        await host.Hub.StartAsync("fan", "fan");
        await worker.ReceivedAsync(item => item.ActivityRequest?.Name == "mail");
        await host.SettledAsync();

        worker.Turns.Count(turn => new History(turn).Start.Name == "slow").ShouldBe(1);
        worker.Activities.Count(activity => activity.Name == "pay").ShouldBe(1);

        // One that waited is gone before its turn comes: the place goes to the next.
        await host.Hub.PurgeAsync("slow-1", force: true);
        await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(new Script(), worker.Received.First(item => item.WorkflowRequest is not null)));
        await worker.ReceivedAsync(item => item.WorkflowRequest?.InstanceId == "slow-2");
        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(worker.Received.First(item => item.ActivityRequest?.Name == "pay"), null));
        await worker.ReceivedAsync(_ => worker.Activities.Count(activity => activity.Name == "pay") == 2);
        await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(new Script(), worker.Received.First(item => item.WorkflowRequest?.InstanceId == "slow-2")));
        await slow[2];
    }

    [Fact]
    public async Task Finished_instances_are_kept_as_long_as_the_policy_of_their_end_says()
    {
        await using var host = await EngineHost.StartAsync(workflowConfiguration: "{ stateRetentionPolicy: { anyTerminal: 1h, failed: 3h, terminated: 0s } }");
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name switch
            {
                "fails" => [Do.Complete(status: OrchestrationStatus.Failed)],
                "ends" => [Do.Complete("done")],
                _ => [],
            },
        });
        foreach (var name in (string[])["ends", "fails", "waits", "goes-on"])
            await host.Hub.StartAsync(name, name);
        await host.Hub.TerminateAsync("waits");
        await host.Work.IdleAsync();

        (await RemainingAsync()).ShouldBe(["ends", "fails", "goes-on"]);
        await host.AdvanceAsync(TimeSpan.FromMinutes(61));
        (await RemainingAsync()).ShouldBe(["fails", "goes-on"]);
        await host.RestartAsync(() => host.Clock.Advance(TimeSpan.FromHours(2)));
        await host.AdvanceAsync(TimeSpan.Zero);
        (await RemainingAsync()).ShouldBe(["goes-on"]);

        async Task<IEnumerable<string>> RemainingAsync() => (await host.Hub.ListAsync(new ListInstanceIDsRequest())).InstanceIds;
    }

    [Fact]
    public async Task Instance_that_took_the_id_of_a_finished_one_is_not_forgotten_with_it()
    {
        await using var host = await EngineHost.StartAsync(workflowConfiguration: "{ stateRetentionPolicy: { completed: 1h } }");
        await host.ConnectAsync(new Script { Workflow = history => history.Start.Input == "end" ? [Do.Complete()] : [] });
        await host.Hub.StartAsync("work", "one", "end");
        await host.Hub.CompletionAsync("one");
        await host.Hub.StartAsync("work", "one", "stay");

        await host.AdvanceAsync(TimeSpan.FromHours(2));

        (await host.Hub.GetAsync("one")).WorkflowState.Input.ShouldBe("stay");
    }

    [Theory]
    [InlineData("{ maxConcurrentWorkflowInvocations: many }", "maxConcurrentWorkflowInvocations")]
    [InlineData("{ stateRetentionPolicy: { completed: soon } }", "completed")]
    [InlineData("{ workflowConcurrencyLimits: [{ name: slow }] }", "maxConcurrent")]
    public async Task Value_that_makes_no_sense_ends_the_start_and_is_named(string configuration, string key)
    {
        var error = await Should.ThrowAsync<SidecarStartException>(() => EngineHost.StartAsync(workflowConfiguration: configuration));

        error.Message.ShouldContain(key);
        error.Message.ShouldContain("config.yaml");
    }
}
