using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class ActivityReplayTests
{
    [Fact]
    public void An_activity_and_a_timer_take_ids_0_and_1_and_the_end_takes_2()
    {
        var engine = ScriptedEngine.For<int, string>(
            async (context, input) =>
            {
                var doubled = await context.CallActivityAsync<int>("Double", input);
                await context.CreateTimer(TimeSpan.FromSeconds(10));
                return $"got {doubled}";
            },
            21);

        engine.Begin();
        var scheduled = engine.Actions.ShouldHaveSingleItem();
        scheduled.Id.ShouldBe(0);
        scheduled.ScheduleTask.Name.ShouldBe("Double");
        scheduled.ScheduleTask.Input.ShouldBe("21");

        engine.Now = ScriptedEngine.Start.AddMinutes(1);
        engine.Turn(engine.Completed(0, 42));
        var timer = engine.Actions.ShouldHaveSingleItem();
        timer.Id.ShouldBe(1);
        timer.CreateTimer.FireAt.ToDateTime().ShouldBe(ScriptedEngine.Start.AddMinutes(1).AddSeconds(10));
        timer.CreateTimer.OriginCase.ShouldBe(CreateTimerAction.OriginOneofCase.CreateTimer);

        engine.Turn(engine.Fired(1));
        var end = engine.Actions.ShouldHaveSingleItem();
        end.Id.ShouldBe(2);
        engine.EndedAs.ShouldBe(OrchestrationStatus.Completed);
        engine.Output<string>().ShouldBe("got 42");
    }

    [Fact]
    public void Parallel_calls_are_asked_for_together_and_may_end_in_any_order()
    {
        var engine = ScriptedEngine.For<int[]>(async context =>
            await Task.WhenAll(Enumerable.Range(0, 3).Select(n => context.CallActivityAsync<int>("Square", n))));

        engine.Begin();
        engine.Actions.Select(action => action.Id).ShouldBe([0, 1, 2]);

        engine.Turn(engine.Completed(2, 4));
        engine.Actions.ShouldBeEmpty();
        engine.Turn(engine.Completed(0, 0), engine.Completed(1, 1));

        engine.Output<int[]>().ShouldBe([0, 1, 4]);
    }

    [Fact]
    public void A_failed_activity_throws_with_its_details()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            try
            {
                await context.CallActivityAsync("Send");
                return "sent";
            }
            catch (WorkflowTaskFailedException exception) when (exception.FailureDetails.IsCausedBy<InvalidOperationException>())
            {
                return $"{exception.Message} / {exception.FailureDetails}";
            }
        });

        engine.Begin().Turn(engine.Failed(0));

        engine.Output<string>().ShouldBe("Task failed: broken / System.InvalidOperationException: broken");
    }

    [Fact]
    public void An_unhandled_failure_ends_the_instance_as_failed()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallActivityAsync<string>("Send"));

        engine.Begin().Turn(engine.Failed(0));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Failed);
        engine.Completion!.FailureDetails.ErrorType.ShouldBe("Dapr.Workflow.WorkflowTaskFailedException");
        engine.Completion.FailureDetails.IsNonRetriable.ShouldBeTrue();
    }

    [Fact]
    public void A_result_that_cannot_be_read_fails_the_call_and_not_the_worker()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            try
            {
                return (await context.CallActivityAsync<int>("Count")).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (System.Text.Json.JsonException)
            {
                return "unreadable";
            }
        });

        engine.Begin().Turn(engine.Completed(0, "not a number"));

        engine.Output<string>().ShouldBe("unreadable");
    }

    [Fact]
    public void A_result_for_an_id_that_nobody_waits_for_changes_nothing()
    {
        var engine = ScriptedEngine.For<int>(context => context.CallActivityAsync<int>("Count"));

        engine.Begin().Turn(engine.Completed(7, 1), engine.Fired(0), engine.ChildCompleted(9));

        engine.Actions.ShouldBeEmpty();
        engine.Turn(engine.Completed(0, 5)).Output<int>().ShouldBe(5);
    }

    [Fact]
    public void Calls_begun_but_not_awaited_are_sent_with_the_end()
    {
        var engine = ScriptedEngine.For<string>(context =>
        {
            _ = context.CallActivityAsync("Audit");
            return Task.FromResult("done");
        });

        engine.Begin();

        engine.Actions.Select(action => action.WorkflowActionTypeCase).ShouldBe(
            [WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask, WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow]);
    }

    [Fact]
    public void A_null_input_is_written_as_an_empty_text_and_an_empty_result_reads_as_default()
    {
        var engine = ScriptedEngine.For<int>(context => context.CallActivityAsync<int>("Count"));

        engine.Begin();
        engine.Actions[0].ScheduleTask.Input.ShouldBe("");

        engine.Turn(engine.Completed(0)).Output<int>().ShouldBe(0);
    }

    [Fact]
    public void An_unknown_workflow_fails_for_good()
    {
        var engine = ScriptedEngine.For<int>(_ => Task.FromResult(1));
        var started = engine.Started();
        started.ExecutionStarted.Name = "Elsewhere";

        engine.Turn(started);

        engine.EndedAs.ShouldBe(OrchestrationStatus.Failed);
        engine.Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowNotFound");
        engine.Completion.FailureDetails.IsNonRetriable.ShouldBeTrue();
    }

    [Fact]
    public void A_task_for_another_app_carries_both_app_ids()
    {
        var engine = ScriptedEngine.For<int>(context => context.CallActivityAsync<int>("Count", options: new WorkflowTaskOptions(TargetAppId: "billing")));
        var started = engine.Started();
        started.Router = new TaskRouter { SourceAppID = "sms" };

        engine.Turn(started);

        engine.Actions[0].Router.ShouldBe(new TaskRouter { SourceAppID = "sms", TargetAppID = "billing" });
        engine.Actions[0].ScheduleTask.Router.ShouldBe(engine.Actions[0].Router);
    }
}
