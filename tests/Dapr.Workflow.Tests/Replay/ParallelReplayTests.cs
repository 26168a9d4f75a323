using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class ParallelReplayTests
{
    [Fact]
    public void No_more_than_the_given_number_is_under_way_and_results_keep_the_order_of_inputs()
    {
        var engine = ScriptedEngine.For<int[]>(context =>
            context.ProcessInParallelAsync([10, 20, 30], n => context.CallActivityAsync<int>("Half", n), maxConcurrency: 2));

        engine.Begin().Actions.Count.ShouldBe(2);
        engine.Turn(engine.Completed(1, 10));
        engine.Actions.ShouldHaveSingleItem().ScheduleTask.Input.ShouldBe("30");
        engine.Turn(engine.Completed(2, 15)).Actions.ShouldBeEmpty();

        engine.Turn(engine.Completed(0, 5)).Output<int[]>().ShouldBe([5, 10, 15]);
    }

    [Fact]
    public void Every_input_runs_although_some_fail_and_the_failures_come_together()
    {
        var engine = ScriptedEngine.For<int[]>(context =>
            context.ProcessInParallelAsync([1, 2, 3], n => context.CallActivityAsync<int>("Half", n), maxConcurrency: 1));

        engine.Begin().Turn(engine.Failed(0)).Turn(engine.Completed(1, 1)).Turn(engine.Failed(2));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Failed);
        engine.Completion!.FailureDetails.ErrorType.ShouldBe("System.AggregateException");
    }

    [Fact]
    public void No_input_gives_no_result() =>
        ScriptedEngine.For<int[]>(context => context.ProcessInParallelAsync(Array.Empty<int>(), Task.FromResult)).Begin().Output<int[]>().ShouldBeEmpty();
}
