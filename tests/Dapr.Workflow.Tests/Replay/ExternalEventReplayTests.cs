using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class ExternalEventReplayTests
{
    [Fact]
    public void A_wait_without_limit_takes_no_id_and_sends_no_action()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            var name = await context.WaitForExternalEventAsync<string>("Approved");
            await context.CallActivityAsync("Note", name);
            return name;
        });

        engine.Begin().Actions.ShouldBeEmpty();
        engine.Turn(engine.Raised("approved", "kim"));

        engine.Actions.ShouldHaveSingleItem().Id.ShouldBe(0);
        engine.Turn(engine.Completed(0)).Output<string>().ShouldBe("kim");
    }

    [Fact]
    public void Early_events_are_kept_and_taken_in_order_of_arrival_whatever_the_case_of_their_name()
    {
        var engine = ScriptedEngine.For<int[]>(async context =>
        {
            await context.CallActivityAsync("Prepare");
            return [
                await context.WaitForExternalEventAsync<int>("tick"),
                await context.WaitForExternalEventAsync<int>("TICK"),
                await context.WaitForExternalEventAsync<int>("other"),
            ];
        });

        engine.Begin(engine.Raised("Tick", 1), engine.Raised("Other", 9)).Turn(engine.Raised("tiCK", 2)).Turn(engine.Completed(0));

        engine.Output<int[]>().ShouldBe([1, 2, 9]);
    }

    [Fact]
    public void Waiters_of_one_name_are_served_first_come_first_served()
    {
        var engine = ScriptedEngine.For<int[]>(async context =>
        {
            var first = context.WaitForExternalEventAsync<int>("tick");
            var second = context.WaitForExternalEventAsync<int>("tick");
            return await Task.WhenAll(first, second);
        });

        engine.Begin().Turn(engine.Raised("tick", 1)).Turn(engine.Raised("tick", 2));

        engine.Output<int[]>().ShouldBe([1, 2]);
    }

    [Fact]
    public void A_limited_wait_asks_for_a_timer_that_names_its_event()
    {
        var engine = ScriptedEngine.For<int>(context => context.WaitForExternalEventAsync<int>("tick", TimeSpan.FromMinutes(5)));

        engine.Begin();

        var timer = engine.Actions.ShouldHaveSingleItem().CreateTimer;
        timer.FireAt.ToDateTime().ShouldBe(ScriptedEngine.Start.AddMinutes(5));
        timer.OriginCase.ShouldBe(CreateTimerAction.OriginOneofCase.ExternalEvent);
        timer.ExternalEvent.Name.ShouldBe("tick");
        timer.Name.ShouldBe("tick");
    }

    [Fact]
    public void A_limited_wait_takes_an_id_even_when_the_event_is_already_there()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            await context.CallActivityAsync("Prepare");
            var tick = await context.WaitForExternalEventAsync<int>("tick", TimeSpan.FromMinutes(5));
            await context.CallActivityAsync("Use", tick);
            return tick;
        });

        engine.Begin().Turn(engine.Raised("tick", 4), engine.Completed(0));

        engine.Actions.Select(action => (action.Id, action.WorkflowActionTypeCase)).ShouldBe([
            (1, WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer),
            (2, WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask)]);
        engine.Turn(engine.Fired(1), engine.Completed(2)).Output<int>().ShouldBe(4);
    }

    [Theory]
    [InlineData(true, "event")]
    [InlineData(false, "timeout")]
    public void Between_event_and_limit_the_first_in_the_history_wins(bool eventFirst, string winner)
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            try
            {
                await context.WaitForExternalEventAsync<int>("tick", TimeSpan.FromMinutes(5));
                return "event";
            }
            catch (TaskCanceledException)
            {
                return "timeout";
            }
        });
        engine.Begin();

        HistoryEvent[] both = [engine.Raised("tick", 4), engine.Fired(0)];
        engine.Turn(eventFirst ? both : [both[1], both[0]]);

        engine.Output<string>().ShouldBe(winner);
    }

    [Fact]
    public void An_event_that_comes_after_its_limit_satisfies_the_next_wait()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            try
            {
                return await context.WaitForExternalEventAsync<int>("tick", TimeSpan.FromMinutes(5));
            }
            catch (TaskCanceledException)
            {
                return -await context.WaitForExternalEventAsync<int>("tick");
            }
        });

        engine.Begin().Turn(engine.Fired(0)).Turn(engine.Raised("tick", 4));

        engine.Output<int>().ShouldBe(-4);
    }

    [Fact]
    public void A_limit_of_zero_is_over_at_once_and_takes_no_id()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            context.WaitForExternalEventAsync<int>("tick", TimeSpan.Zero).IsCanceled.ShouldBeTrue();
            await context.CallActivityAsync("Next");
            return "";
        });

        engine.Begin(engine.Raised("tick", 1));

        engine.Actions.ShouldHaveSingleItem().Id.ShouldBe(0);
    }

    [Fact]
    public void A_wait_that_the_code_cancels_takes_no_event()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var abandoned = context.WaitForExternalEventAsync<int>("tick", cancellation.Token);
            var kept = context.WaitForExternalEventAsync<int>("tick");
            cancellation.Cancel();
            abandoned.IsCanceled.ShouldBeTrue();
            return await kept;
        });

        engine.Begin().Turn(engine.Raised("tick", 8));

        engine.Output<int>().ShouldBe(8);
    }

    [Fact]
    public void A_payload_that_cannot_be_read_fails_the_wait()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            try
            {
                return (await context.WaitForExternalEventAsync<int>("tick")).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (System.Text.Json.JsonException)
            {
                return "survived";
            }
        });

        engine.Begin().Turn(engine.Raised("tick", "text"));

        engine.Output<string>().ShouldBe("survived");
    }

    [Fact]
    public void Sending_an_event_says_what_to_do_instead()
    {
        var engine = ScriptedEngine.For<string>(context =>
        {
            context.SendEvent("other", "tick", 1);
            return Task.FromResult("");
        });

        engine.Begin();

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("System.NotSupportedException");
        engine.Completion.FailureDetails.ErrorMessage.ShouldContain("RaiseEventAsync");
    }
}
