using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class RetryReplayTests
{
    private static readonly WorkflowRetryPolicy Thrice = new(3, TimeSpan.FromSeconds(10), backoffCoefficient: 2);

    [Fact]
    public void Three_attempts_of_an_activity_take_ids_0_to_4_with_timers_between()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallActivityAsync<string>("Send", options: new WorkflowTaskOptions(Thrice)));

        engine.Begin();
        var keys = new List<string> { engine.Actions[0].ScheduleTask.TaskExecutionId };
        engine.Turn(engine.Failed(0));
        var firstDelay = engine.Actions.ShouldHaveSingleItem();
        engine.Turn(engine.Fired(1));
        keys.Add(engine.Actions.ShouldHaveSingleItem().ScheduleTask.TaskExecutionId);
        engine.Turn(engine.Failed(2));
        var secondDelay = engine.Actions.ShouldHaveSingleItem();
        engine.Turn(engine.Fired(3));
        engine.Actions.ShouldHaveSingleItem().Id.ShouldBe(4);
        keys.Add(engine.Actions[0].ScheduleTask.TaskExecutionId);

        firstDelay.Id.ShouldBe(1);
        firstDelay.CreateTimer.FireAt.ToDateTime().ShouldBe(ScriptedEngine.Start.AddSeconds(10));
        firstDelay.CreateTimer.ActivityRetry.TaskExecutionId.ShouldBe(keys[0]);
        secondDelay.Id.ShouldBe(3);
        secondDelay.CreateTimer.FireAt.ToDateTime().ShouldBe(ScriptedEngine.Start.AddSeconds(20));
        secondDelay.CreateTimer.ActivityRetry.TaskExecutionId.ShouldBe(keys[0]);
        keys.ShouldBeUnique();

        engine.Turn(engine.Completed(4, "sent")).Output<string>().ShouldBe("sent");
    }

    [Fact]
    public void After_the_last_attempt_the_failure_is_thrown()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallActivityAsync<string>("Send", options: new WorkflowTaskOptions(new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)))));

        engine.Begin().Turn(engine.Failed(0)).Turn(engine.Fired(1)).Turn(engine.Failed(2, message: "again"));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Failed);
        engine.Completion!.FailureDetails.ErrorMessage.ShouldBe("Task failed: again");
    }

    [Fact]
    public void No_attempt_begins_after_the_retry_timeout()
    {
        var policy = new WorkflowRetryPolicy(10, TimeSpan.FromSeconds(10), retryTimeout: TimeSpan.FromMinutes(1));
        var engine = ScriptedEngine.For<string>(context => context.CallActivityAsync<string>("Send", options: new WorkflowTaskOptions(policy)));
        engine.Begin();
        engine.Now = ScriptedEngine.Start.AddMinutes(1);

        engine.Turn(engine.Failed(0));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Failed);
    }

    [Fact]
    public void The_longest_interval_caps_the_delay()
    {
        var policy = new WorkflowRetryPolicy(9, TimeSpan.FromSeconds(10), 10, TimeSpan.FromSeconds(30));
        var engine = ScriptedEngine.For<string>(context => context.CallActivityAsync<string>("Send", options: new WorkflowTaskOptions(policy)));

        engine.Begin().Turn(engine.Failed(0)).Turn(engine.Fired(1)).Turn(engine.Failed(2));

        engine.Actions[0].CreateTimer.FireAt.ToDateTime().ShouldBe(ScriptedEngine.Start.AddSeconds(30));
    }

    [Fact]
    public void Attempts_of_a_child_without_an_id_have_ids_of_their_own()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallChildWorkflowAsync<string>("Child", options: new ChildWorkflowTaskOptions(RetryPolicy: Thrice)));

        engine.Begin();
        var first = engine.Actions[0].CreateChildWorkflow.InstanceId;
        engine.Turn(engine.ChildFailed(0, null));
        var origin = engine.Actions[0].CreateTimer.ChildWorkflowRetry.InstanceId;
        engine.Turn(engine.Fired(1));
        var second = engine.Actions[0].CreateChildWorkflow.InstanceId;

        (origin, first, second).ShouldBe((Golden.Guid(engine, 0), Golden.Guid(engine, 1), Golden.Guid(engine, 2)));
    }

    [Fact]
    public void Attempts_of_a_child_with_an_id_share_it()
    {
        var engine = ScriptedEngine.For<string>(context => context.CallChildWorkflowAsync<string>("Child", options: new ChildWorkflowTaskOptions("child-1", Thrice)));

        engine.Begin().Turn(engine.ChildFailed(0, null)).Turn(engine.Fired(1));

        engine.Actions[0].Id.ShouldBe(2);
        engine.Actions[0].CreateChildWorkflow.InstanceId.ShouldBe("child-1");
    }

    [Fact]
    public void A_growth_beyond_all_time_ends_at_the_end_of_time()
    {
        var engine = ScriptedEngine.For<string>(context =>
            context.CallActivityAsync<string>("Send", options: new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromHours(1), 1e18))));

        engine.Begin().Turn(engine.Failed(0)).Turn(engine.Fired(1)).Turn(engine.Failed(2));

        engine.Actions[0].CreateTimer.FireAt.ToDateTime().Year.ShouldBe(9999);
    }
}
