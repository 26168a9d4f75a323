using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Tests.Replay;

public sealed class TimerReplayTests
{
    private static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };

    [Fact]
    public void A_timer_needs_a_UTC_instant()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await context.CreateTimer(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local), CancellationToken.None);
            return "";
        });

        engine.Begin();

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("System.ArgumentException");
    }

    [Fact]
    public void A_cancelled_timer_ends_the_wait_and_its_firing_is_ignored()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            await context.WaitForExternalEventAsync<int>("stop");
            cancellation.Cancel();
            timer.IsCanceled.ShouldBeTrue();
            await context.CallActivityAsync("Next");
            return "done";
        });

        engine.Begin().Turn(engine.Raised("stop"));
        engine.Actions.ShouldHaveSingleItem().Id.ShouldBe(1);

        engine.Turn(engine.Fired(0)).Actions.ShouldBeEmpty();
        engine.Turn(engine.Completed(1)).Output<string>().ShouldBe("done");
    }

    [Fact]
    public void The_clock_is_the_time_of_the_turn_and_the_same_on_replay()
    {
        var seen = new List<DateTime>();
        var engine = ScriptedEngine.For<int>(async context =>
        {
            seen.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("First");
            seen.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("Second");
            return 0;
        });

        engine.Begin();
        engine.Now = ScriptedEngine.Start.AddHours(3);
        engine.Turn(engine.Completed(0));
        engine.Now = ScriptedEngine.Start.AddHours(9);
        engine.Turn(engine.Completed(1));

        DateTime[] first = [ScriptedEngine.Start], both = [ScriptedEngine.Start, ScriptedEngine.Start.AddHours(3)];
        seen.ShouldBe([.. first, .. both, .. both]);
        seen.ShouldAllBe(time => time.Kind == DateTimeKind.Utc);
    }

    [Fact]
    public void An_endless_wait_for_an_event_takes_an_id_with_a_timer_that_never_fires()
    {
        var engine = ScriptedEngine.For<int>(context => context.WaitForExternalEventAsync<int>("tick", Timeout.InfiniteTimeSpan));

        engine.Begin();

        var timer = engine.Actions.ShouldHaveSingleItem().CreateTimer;
        timer.FireAt.ShouldBe(Never);
        timer.ExternalEvent.Name.ShouldBe("tick");
        engine.Turn(engine.Raised("tick", 3)).Output<int>().ShouldBe(3);
    }

    [Fact]
    public void A_history_from_before_such_timers_replays_with_every_later_id_one_lower()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            var tick = await context.WaitForExternalEventAsync<int>("tick", Timeout.InfiniteTimeSpan);
            var a = context.CallActivityAsync<int>("A", tick);
            var b = context.CallActivityAsync<int>("B", tick);
            var sum = await a + await b;
            await context.CallActivityAsync("C", sum);
            return sum;
        });
        engine.History.Add(engine.At(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }));
        engine.History.Add(engine.Started());
        engine.History.Add(engine.At(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }));
        engine.History.Add(engine.Raised("tick", 3));
        engine.History.Add(engine.At(new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "A" } }));
        engine.History.Add(engine.At(new HistoryEvent { EventId = 1, TaskScheduled = new TaskScheduledEvent { Name = "B" } }));

        engine.Turn(engine.Completed(1, 20), engine.Completed(0, 10));

        var third = engine.Actions.ShouldHaveSingleItem();
        (third.Id, third.ScheduleTask.Name, third.ScheduleTask.Input).ShouldBe((2, "C", "30"));
        engine.Turn(engine.Completed(2)).Output<int>().ShouldBe(30);
    }
}
