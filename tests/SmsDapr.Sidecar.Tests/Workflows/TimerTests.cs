using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Durable timers: absolute, late rather than lost, in order.</summary>
public sealed class TimerTests
{
    private static readonly DateTime Noon = EngineHost.Noon.UtcDateTime;

    [Fact]
    public async Task Timer_does_not_fire_before_its_time_and_fires_at_it()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Sleeps(Noon.AddDays(90)));
        await host.Hub.StartAsync("sleep", "one");

        await host.AdvanceAsync(TimeSpan.FromDays(90) - TimeSpan.FromMilliseconds(1));
        (await host.Hub.GetAsync("one")).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Running);
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        (await host.Hub.CompletionAsync("one")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
        var fired = (await host.Hub.HistoryAsync("one")).Single(e => e.TimerFired is not null);
        fired.TimerFired.FireAt.ToDateTime().ShouldBe(Noon.AddDays(90));
        fired.Timestamp.ToDateTime().ShouldBe(Noon.AddDays(90));
    }

    [Fact]
    public async Task Timer_that_is_already_due_fires_at_once()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Sleeps(Noon.AddSeconds(-5)));

        await host.Hub.StartAsync("sleep", "one");

        (await host.Hub.CompletionAsync("one")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task Timer_that_fell_due_while_nothing_ran_fires_after_the_start()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Sleeps(Noon.AddHours(1)));
        await host.Hub.StartAsync("sleep", "one");

        await host.RestartAsync(() => host.Clock.Advance(TimeSpan.FromDays(30)));
        await host.ConnectAsync(Sleeps(Noon.AddHours(1)));

        (await host.Hub.CompletionAsync("one")).WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task Timers_fire_in_due_order_however_far_the_clock_jumps()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn
                ? [Do.Timer(0, Noon.AddDays(3)), Do.Timer(1, Noon.AddDays(1)), Do.Timer(2, Noon.AddDays(2))]
                : [],
        });
        await host.Hub.StartAsync("sleep", "one");

        await host.AdvanceAsync(TimeSpan.FromDays(365));

        worker.Turns.SelectMany(turn => turn.NewEvents).Where(e => e.TimerFired is not null).Select(e => e.TimerFired.TimerId).ShouldBe([1, 2, 0]);
    }

    [Fact]
    public async Task Clock_owner_sees_each_due_time_as_a_timer_of_its_own()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(new Script
        {
            Workflow = history => history.IsFirstTurn ? [Do.Timer(0, Noon.AddMinutes(1)), Do.Timer(1, Noon.AddMinutes(2))] : [],
        });
        await host.Hub.StartAsync("sleep", "one");

        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));

        (await host.Hub.HistoryAsync("one")).Where(e => e.TimerFired is not null).Select(e => e.Timestamp.ToDateTime())
            .ShouldBe([Noon.AddMinutes(1), Noon.AddMinutes(2)]);
    }

    [Fact]
    public async Task Timer_of_a_finished_workflow_never_wakes_anyone()
    {
        await using var host = await EngineHost.StartAsync();
        var worker = await host.ConnectAsync(new Script { Workflow = _ => [Do.Timer(0, Noon.AddMinutes(1)), Do.Complete()] });
        await host.Hub.StartAsync("short", "one");

        await host.AdvanceAsync(TimeSpan.FromHours(1));

        worker.Turns.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Many_sleepers_due_at_one_moment_all_wake()
    {
        await using var host = await EngineHost.StartAsync();
        await host.ConnectAsync(Sleeps(Noon.AddHours(1)));
        var ids = Enumerable.Range(0, 1500).Select(n => $"sleeper-{n}").ToList();
        await Parallel.ForEachAsync(ids, TestContext.Current.CancellationToken, async (id, _) => await host.Hub.StartAsync("sleep", id));

        await host.AdvanceAsync(TimeSpan.FromHours(1));

        foreach (var id in ids)
            (await host.Hub.GetAsync(id, payloads: false)).WorkflowState.WorkflowStatus.ShouldBe(OrchestrationStatus.Completed);
    }

    private static Script Sleeps(DateTime until) => new()
    {
        Workflow = history => history.Fired(0) ? [Do.Complete()] : history.IsFirstTurn ? [Do.Timer(0, until)] : [],
    };
}
