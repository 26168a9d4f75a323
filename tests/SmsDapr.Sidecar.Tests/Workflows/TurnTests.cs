using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>What a worker is sent and what becomes of its answers.</summary>
public sealed class TurnTests
{
    private static readonly Script OneActivityThenTimer = new()
    {
        Workflow = history => history switch
        {
            { IsFirstTurn: true } => [Do.Activity(0, "double", "21")],
            { Results: [not null] } when history.Fired(1) => [Do.Complete(history.Results[0])],
            { Results: [not null] } => [Do.Timer(1, EngineHost.Noon.UtcDateTime.AddSeconds(10))],
            _ => [],
        },
        Activity = activity => $"{int.Parse(activity.Input, System.Globalization.CultureInfo.InvariantCulture) * 2}",
    };

    [Fact]
    public async Task Workflow_with_an_activity_and_a_timer_is_recorded_event_by_event()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(OneActivityThenTimer);

        await host.Hub.StartAsync("calculate", "one", "input");
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        var state = await host.Hub.CompletionAsync("one");

        state.Output.ShouldBe("42");
        state.Input.ShouldBe("input");
        state.Name.ShouldBe("calculate");
        (await host.Hub.HistoryAsync("one")).Select(e => (e.EventId, e.EventTypeCase)).ShouldBe(
        [
            (-1, HistoryEvent.EventTypeOneofCase.WorkflowStarted),
            (-1, HistoryEvent.EventTypeOneofCase.ExecutionStarted),
            (0, HistoryEvent.EventTypeOneofCase.TaskScheduled),
            (-1, HistoryEvent.EventTypeOneofCase.WorkflowStarted),
            (-1, HistoryEvent.EventTypeOneofCase.TaskCompleted),
            (1, HistoryEvent.EventTypeOneofCase.TimerCreated),
            (-1, HistoryEvent.EventTypeOneofCase.WorkflowStarted),
            (-1, HistoryEvent.EventTypeOneofCase.TimerFired),
            (99, HistoryEvent.EventTypeOneofCase.ExecutionCompleted),
        ]);
    }

    [Fact]
    public async Task Every_turn_brings_the_whole_history_and_the_new_events_behind_a_start_mark()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(OneActivityThenTimer);

        await host.Hub.StartAsync("calculate", "one");
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        await host.Hub.CompletionAsync("one");

        var turns = worker.Turns.ToList();
        turns.Select(turn => turn.PastEvents.Count).ShouldBe([0, 3, 6]);
        turns.ShouldAllBe(turn => turn.NewEvents[0].WorkflowStarted != null && turn.NewEvents.Count == 2);
        turns[2].PastEvents.ShouldBe((await host.Hub.HistoryAsync("one")).Take(6));
    }

    [Fact]
    public async Task Finished_workflow_leaves_no_open_work()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(OneActivityThenTimer);

        await host.Hub.StartAsync("calculate", "one");
        await host.Work.IdleAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(10));
        host.Work.Open.ShouldBeGreaterThan(0, "the timer's unit begins before the clock's owner regains control");
        await host.Work.IdleAsync();

        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        host.Work.Open.ShouldBe(0);
    }
}
