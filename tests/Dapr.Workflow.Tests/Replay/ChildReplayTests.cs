using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class ChildReplayTests
{
    [Fact]
    public void A_child_is_started_with_its_id_and_its_output_returned()
    {
        var engine = ScriptedEngine.For<int>(context => context.CallChildWorkflowAsync<int>("Child", new { Round = 2 }, new ChildWorkflowTaskOptions("child-1")));

        engine.Begin();
        var child = engine.Actions.ShouldHaveSingleItem().CreateChildWorkflow;
        (child.Name, child.InstanceId, child.Input).ShouldBe(("Child", "child-1", """{"round":2}"""));

        engine.Turn(engine.ChildCompleted(0, 12)).Output<int>().ShouldBe(12);
    }

    [Fact]
    public void A_failed_child_throws_with_its_details_and_a_terminated_one_without()
    {
        var engine = ScriptedEngine.For<string[]>(async context =>
        {
            var messages = new List<string>();
            for (var n = 0; n < 2; n++)
            {
                try
                {
                    await context.CallChildWorkflowAsync("Child");
                }
                catch (WorkflowTaskFailedException exception)
                {
                    messages.Add($"{exception.Message}: {exception.FailureDetails}");
                }
            }

            return [.. messages];
        });

        engine.Begin()
            .Turn(engine.ChildFailed(0, new TaskFailureDetails { ErrorType = "System.Exception", ErrorMessage = "broken" }))
            .Turn(engine.ChildFailed(1, null));

        engine.Output<string[]>().ShouldBe(["Child workflow 'Child' failed: System.Exception: broken", "Child workflow 'Child' failed: Exception: Unknown message"]);
    }
}
