using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class LifecycleReplayTests
{
    [Fact]
    public void A_suspended_instance_reacts_to_nothing_and_catches_up_in_order_when_resumed()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            context.SetCustomStatus("waiting");
            await context.CallActivityAsync("First");
            context.SetCustomStatus("ticking");
            var tick = await context.WaitForExternalEventAsync<int>("tick");
            await context.CallActivityAsync("Second", tick);
            return "done";
        });

        engine.Begin().Turn(engine.Suspended()).Actions.ShouldBeEmpty();
        engine.Turn(engine.Completed(0)).Actions.ShouldBeEmpty();
        engine.Turn(engine.Raised("tick", 5)).Actions.ShouldBeEmpty();
        engine.Response.CustomStatus.ShouldBe("\"waiting\"");

        engine.Turn(engine.Resumed());
        engine.Response.CustomStatus.ShouldBe("\"ticking\"");
        engine.Actions.ShouldHaveSingleItem().ScheduleTask.Input.ShouldBe("5");
        engine.Turn(engine.Completed(1)).Output<string>().ShouldBe("done");
    }

    [Fact]
    public void What_was_asked_for_in_the_turn_that_suspends_is_asked_for_on_resumption_as_it_was()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            var log = new List<string> { "before" };
            var call = context.CallActivityAsync("Write", log);
            log.Add("after");
            await call;
            return "done";
        });

        engine.Begin(engine.Suspended()).Actions.ShouldBeEmpty();
        engine.Turn(engine.Resumed());

        engine.Actions.ShouldHaveSingleItem().ScheduleTask.Input.ShouldBe("""["before"]""");
        engine.Turn(engine.Completed(0)).Output<string>().ShouldBe("done");
    }

    [Fact]
    public void What_was_held_happens_at_the_time_of_resumption()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await context.WaitForExternalEventAsync<int>("tick");
            await context.CreateTimer(TimeSpan.FromHours(1));
            return "";
        });
        engine.Begin().Turn(engine.Suspended());
        engine.Now = ScriptedEngine.Start.AddDays(1);
        engine.Turn(engine.Raised("tick"));
        engine.Now = ScriptedEngine.Start.AddDays(3);

        engine.Turn(engine.Resumed());

        engine.Actions[0].CreateTimer.FireAt.ToDateTime().ShouldBe(ScriptedEngine.Start.AddDays(3).AddHours(1));
    }

    [Fact]
    public void Suspending_and_resuming_twice_in_one_turn_loses_nothing()
    {
        var engine = ScriptedEngine.For<int>(async context =>
            await context.WaitForExternalEventAsync<int>("tick") + await context.WaitForExternalEventAsync<int>("tick"));
        engine.Begin();

        engine.Turn(engine.Suspended(), engine.Raised("tick", 1), engine.Resumed(), engine.Suspended(), engine.Raised("tick", 2), engine.Resumed());

        engine.Output<int>().ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_terminated_instance_ends_with_the_given_output_and_asks_for_nothing_more(bool suspended)
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await context.WaitForExternalEventAsync<int>("tick");
            await context.CallActivityAsync("Next");
            return "";
        });
        engine.Begin();
        if (suspended)
            engine.Turn(engine.Suspended());

        engine.Turn(engine.Raised("tick"), engine.Terminated("\"stopped\""), engine.Raised("tick"));

        engine.Actions.ShouldHaveSingleItem();
        engine.EndedAs.ShouldBe(OrchestrationStatus.Terminated);
        engine.Output<string>().ShouldBe("stopped");
    }

    [Fact]
    public void An_instance_that_ended_before_the_termination_in_the_same_turn_keeps_its_own_output()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallActivityAsync<string>("First"));

        engine.Begin().Turn(engine.Completed(0, "mine"), engine.Terminated("\"stopped\""));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Completed);
        engine.Output<string>().ShouldBe("mine");
    }

    [Fact]
    public void A_status_is_sent_with_every_answer_while_the_code_holds_one()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.CallActivityAsync("First");
            await context.CallActivityAsync("Second");
            context.SetCustomStatus(null);
            return "";
        });

        engine.Begin().Response.CustomStatus.ShouldBe("""{"step":1}""");
        engine.Turn(engine.Completed(0)).Response.CustomStatus.ShouldBe("""{"step":1}""");
        engine.Turn(engine.Completed(1)).Response.CustomStatus.ShouldBeNull();
    }

    [Fact]
    public void A_history_without_a_start_fails_instead_of_hanging()
    {
        var engine = ScriptedEngine.For<string>(_ => Task.FromResult(""));

        engine.Turn(engine.Raised("tick"));

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowNameMissing");
    }
}
