using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class ContinueAsNewReplayTests
{
    [Fact]
    public void The_next_execution_gets_the_new_input_and_the_events_that_nobody_took()
    {
        var engine = ScriptedEngine.For<int, string>(
            async (context, round) =>
            {
                await context.WaitForExternalEventAsync<int>("tick");
                context.ContinueAsNew(round + 1);
                return "";
            },
            1);

        engine.Begin().Turn(engine.Raised("other", "a"), engine.Raised("tick", 1), engine.Raised("tick", 2), engine.Raised("other", "b"));

        engine.EndedAs.ShouldBe(OrchestrationStatus.ContinuedAsNew);
        engine.Completion!.Result.ShouldBe("2");
        Carried(engine).ShouldBe(["other \"a\"", "tick 2", "other \"b\""]);
    }

    [Fact]
    public void An_abandoned_waiter_does_not_swallow_what_the_next_execution_needs()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            var nudge = context.WaitForExternalEventAsync<int>("nudge");
            await Task.WhenAny(nudge, context.CreateTimer(TimeSpan.FromHours(1)));
            context.ContinueAsNew();
            return "";
        });

        engine.Begin().Turn(engine.Fired(0), engine.Raised("nudge", 7));

        Carried(engine).ShouldBe(["nudge 7"]);
    }

    [Fact]
    public void Nothing_is_carried_over_unless_asked_for()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await context.CallActivityAsync("First");
            context.ContinueAsNew(preserveUnprocessedEvents: false);
            return "";
        });

        engine.Begin().Turn(engine.Raised("tick"), engine.Completed(0));

        Carried(engine).ShouldBeEmpty();
    }

    [Fact]
    public void What_was_asked_for_before_it_is_sent_and_what_comes_after_it_is_not()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            _ = context.CallActivityAsync("Before");
            context.ContinueAsNew("next");
            context.ContinueAsNew("ignored");
            await context.CallActivityAsync("After");
            return "";
        });

        engine.Begin();

        engine.Actions.Select(action => action.Id).ShouldBe([0, 1]);
        engine.Actions[0].ScheduleTask.Name.ShouldBe("Before");
        engine.Completion!.Result.ShouldBe("\"next\"");
    }

    [Fact]
    public void Suspended_in_the_same_turn_it_waits_for_the_resumption_and_keeps_later_events()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await context.WaitForExternalEventAsync<int>("tick");
            context.ContinueAsNew();
            return "";
        });

        engine.Begin().Turn(engine.Raised("tick", 1), engine.Suspended(), engine.Raised("tick", 2)).Actions.ShouldBeEmpty();
        engine.Turn(engine.Resumed());

        engine.EndedAs.ShouldBe(OrchestrationStatus.ContinuedAsNew);
        Carried(engine).ShouldBe(["tick 2"]);
    }

    [Fact]
    public void Termination_in_the_same_turn_wins()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await context.WaitForExternalEventAsync<int>("tick");
            context.ContinueAsNew();
            return "";
        });

        engine.Begin().Turn(engine.Raised("tick", 1), engine.Terminated("\"stopped\""));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Terminated);
    }

    private static IEnumerable<string> Carried(ScriptedEngine engine) =>
        engine.Completion!.CarryoverEvents.Select(carried => $"{carried.EventRaised.Name} {carried.EventRaised.Input}");
}
