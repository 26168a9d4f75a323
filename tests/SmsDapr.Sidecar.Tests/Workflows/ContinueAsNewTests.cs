using System.Globalization;
using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Generations: a fresh history under the same id.</summary>
public sealed class ContinueAsNewTests
{
    [Fact]
    public async Task Next_generation_starts_with_the_new_input_and_no_past()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(CountsTo(3));

        await host.Hub.StartAsync("count", "one", "0");
        var state = await host.Hub.CompletionAsync("one");

        (state.Input, state.Output, state.Name).ShouldBe(("3", "3", "count"));
        worker.Turns.ShouldAllBe(turn => turn.PastEvents.Count == 0);
        (await host.Hub.HistoryAsync("one")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Events_carried_over_come_before_those_that_arrived_meanwhile()
    {
        await using var host = await EngineHost.StartAsync();
        var holds = new Script
        {
            Workflow = history => history.Start.Input == "next" ? (history.Raised("go").Count == 3 ? [Do.Complete(string.Join(",", history.Raised("go")))] : [])
                : history.Raised("go").Count == 2 ? [Do.ContinueAsNew("next", history.All.Where(e => e.EventRaised is not null))] : [],
            Answers = item => item.WorkflowRequest.NewEvents.All(e => e.EventRaised?.Input != "b"),
        };
        var worker = await host.ConnectAsync(holds);
        await host.Hub.StartAsync("carry", "one", "first");
        await host.Hub.RaiseAsync("one", "go", "a");
        await host.Hub.RaiseAsync("one", "go", "b");
        await worker.ReceivedAsync(item => item.WorkflowRequest.NewEvents.Any(e => e.EventRaised?.Input == "b"));
        var held = worker.Received.Last();
        await host.Hub.RaiseAsync("one", "go", "c");
        await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(holds, held));
        await worker.ReceivedAsync(item => item.WorkflowRequest.NewEvents.Any(e => e.EventRaised?.Input == "c"));

        await host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(holds, worker.Received.Last()));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("a,b,c");
    }

    [Fact]
    public async Task Timers_of_an_older_generation_never_fire()
    {
        await using var host = await EngineHost.StartAsync();
        var due = host.Now.AddMinutes(1);
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Input == "next" ? []
                : history.Raised("move").Count > 0 ? [Do.ContinueAsNew("next")]
                : history.IsFirstTurn ? [Do.Timer(0, due)] : [],
        });
        await host.Hub.StartAsync("move", "one", "first");
        await host.Hub.RaiseAsync("one", "move");

        await host.AdvanceAsync(TimeSpan.FromHours(1));

        worker.Turns.SelectMany(turn => turn.NewEvents).ShouldAllBe(e => e.TimerFired == null);
    }

    [Fact]
    public async Task Activity_result_of_an_older_generation_does_not_resolve_a_task_of_the_new_one()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.Results is [var result] ? [Do.Complete(result)]
                : history.Raised("move").Count > 0 && history.Start.Input == "first" ? [Do.ContinueAsNew("next")]
                : history.IsFirstTurn ? [Do.Activity(0, history.Start.Input)] : [],
            Answers = item => item.ActivityRequest is null,
        });
        await host.Hub.StartAsync("move", "one", "first");
        await worker.ReceivedAsync(item => item.ActivityRequest?.Name == "first");
        await host.Hub.RaiseAsync("one", "move");
        await worker.ReceivedAsync(item => item.ActivityRequest?.Name == "next");

        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(worker.Received.Single(item => item.ActivityRequest?.Name == "first"), "old"));
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
        await host.Hub.CompleteActivityAsync(ScriptedWorker.Result(worker.Received.Single(item => item.ActivityRequest?.Name == "next"), "new"));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("new");
    }

    [Fact]
    public async Task Child_of_an_older_generation_does_not_resolve_a_task_of_the_new_one()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "child" ? (history.Raised("end").Count > 0 ? [Do.Complete(history.InstanceId)] : [])
                : history.Completed(0) is { } child ? [Do.Complete(child.Result)]
                : history.Raised("move").Count > 0 ? [Do.ContinueAsNew("new")]
                : history.IsFirstTurn ? [Do.Child(0, "child", $"{history.Start.Input}-kid")] : [],
        });
        await host.Hub.StartAsync("parent", "p", "old");
        await host.Hub.RaiseAsync("p", "move");
        await host.Work.IdleAsync();

        await host.Hub.RaiseAsync("old-kid", "end");
        await host.Work.IdleAsync();
        (await host.Hub.GetAsync("p")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
        await host.Hub.RaiseAsync("new-kid", "end");

        (await host.Hub.CompletionAsync("p")).Output.ShouldBe("new-kid");
    }

    [Fact]
    public async Task Child_that_continues_as_new_still_answers_its_parent()
    {
        await using var host = await EngineHost.StartAsync();
        var counts = CountsTo(2);
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Start.Name == "child" ? counts.Workflow(history)
                : history.Completed(0) is { } child ? [Do.Complete(child.Result)]
                : history.IsFirstTurn ? [Do.Child(0, "child", "kid", "0")] : [],
        });

        await host.Hub.StartAsync("parent", "p");

        (await host.Hub.CompletionAsync("p")).Output.ShouldBe("2");
    }

    [Fact]
    public async Task Loop_without_a_pause_is_held_back_after_twenty_rounds_and_goes_on_a_second_later()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(CountsTo(30));

        await host.Hub.StartAsync("count", "one", "0");
        await host.Work.IdleAsync();
        worker.Turns.Count().ShouldBe(20);
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("30");
    }

    [Fact]
    public async Task Pause_of_a_loop_survives_a_restart()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(CountsTo(30));
        await host.Hub.StartAsync("count", "one", "0");
        await host.Work.IdleAsync();

        await host.RestartAsync();
        var worker = await host.ConnectAsync(CountsTo(30));
        await host.SettledAsync();
        worker.Turns.ShouldBeEmpty();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("30");
    }

    [Fact]
    public async Task Events_raised_while_a_loop_is_held_back_reach_the_round_after_it_in_order()
    {
        await using var host = await EngineHost.StartAsync();
        var counts = CountsTo(int.MaxValue);
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.Raised("stop") is { Count: > 0 } stops ? [Do.Complete(string.Join(",", stops))] : counts.Workflow(history),
        });
        await host.Hub.StartAsync("count", "one", "0");
        await host.Work.IdleAsync();
        await host.Hub.RaiseAsync("one", "stop", "a");
        await host.Hub.RaiseAsync("one", "stop", "b");
        await host.Work.IdleAsync();
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);

        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("a,b");
    }

    [Fact]
    public async Task Loop_that_is_held_back_can_be_terminated_at_once()
    {
        await using var host = await EngineHost.StartAsync();
        var counts = CountsTo(int.MaxValue);
        await host.ConnectAsync(counts);
        await host.Hub.StartAsync("count", "one", "0");
        await host.Work.IdleAsync();

        await host.Hub.TerminateAsync("one", "over");

        (await host.Hub.GetAsync("one")).WorkflowState.Output.ShouldBe("over");
    }

    [Fact]
    public async Task Rounds_that_wait_for_something_are_never_held_back()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history =>
            {
                var round = int.Parse(history.Start.Input, CultureInfo.InvariantCulture);
                return round == 50 ? [Do.Complete("50")] : history.IsFirstTurn ? [Do.Activity(0, "work")] : [Do.ContinueAsNew($"{round + 1}")];
            },
        });

        await host.Hub.StartAsync("count", "one", "0");

        (await host.Hub.CompletionAsync("one")).Output.ShouldBe("50");
    }

    private static Script CountsTo(int last) => new()
    {
        Workflow = history =>
        {
            var round = int.Parse(history.Start.Input, CultureInfo.InvariantCulture);
            return [round == last ? Do.Complete($"{round}") : Do.ContinueAsNew($"{round + 1}")];
        },
    };
}
