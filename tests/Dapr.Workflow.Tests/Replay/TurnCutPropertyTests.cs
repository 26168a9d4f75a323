using CsCheck;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

public sealed class TurnCutPropertyTests
{
    /// <summary>
    /// The engine may hand over the same events one by one or several in a turn, and replays in between. What the workflow asks for must depend on the
    /// order of events alone.
    /// </summary>
    [Fact]
    public void However_events_are_cut_into_turns_the_workflow_asks_for_the_same() =>
        Gen.Select(Gen.Int[0, 1000].Array[60], Gen.Bool.Array[60]).Sample((choices, cuts) =>
        {
            var oneByOne = Engine();
            var order = new List<int>();
            var asked = new List<WorkflowAction>();
            var open = new List<int>();
            Note(oneByOne.Begin(), asked, open);
            for (var step = 0; open.Count > 0; step++)
            {
                var id = open[choices[step % choices.Length] % open.Count];
                open.Remove(id);
                order.Add(id);
                Note(oneByOne.Turn(EventFor(oneByOne, asked, id)), asked, open);
            }

            var batched = Engine();
            var askedAgain = new List<WorkflowAction>();
            Note(batched.Begin(), askedAgain, []);
            for (var step = 0; step < order.Count;)
            {
                var batch = new List<HistoryEvent>();
                do
                    batch.Add(EventFor(batched, askedAgain, order[step++]));
                while (step < order.Count && cuts[step % cuts.Length] && order[step] < askedAgain.Count);
                Note(batched.Turn([.. batch]), askedAgain, []);
            }

            askedAgain.ShouldBe(asked);
            batched.EndedAs.ShouldBe(OrchestrationStatus.Completed);
        }, iter: 200);

    private static ScriptedEngine Engine() => ScriptedEngine.For<int>(async context =>
    {
        var lanes = Enumerable.Range(0, 4).Select(async lane =>
        {
            var sum = 0;
            for (var step = 0; step < 3; step++)
            {
                sum += await context.CallActivityAsync<int>($"Lane{lane}", step);
                if (step == lane)
                    await context.CreateTimer(TimeSpan.FromMinutes(1)).ConfigureAwait(false);
                if (sum % 2 == 1)
                    await context.CallChildWorkflowAsync("Odd", sum);
            }

            return sum;
        }).ToList();

        var total = 0;
        while (lanes.Count > 0)
        {
            var first = await Task.WhenAny(lanes);
            lanes.Remove(first);
            total += await context.CallActivityAsync<int>("Collect", await first);
        }

        return total;
    });

    private static void Note(ScriptedEngine engine, List<WorkflowAction> asked, List<int> open)
    {
        foreach (var action in engine.Actions)
        {
            action.Id.ShouldBe(asked.Count);
            asked.Add(action);
            if (action.CompleteWorkflow is null)
                open.Add(action.Id);
        }
    }

    private static HistoryEvent EventFor(ScriptedEngine engine, List<WorkflowAction> asked, int id) => asked[id].WorkflowActionTypeCase switch
    {
        WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => engine.Completed(id, id),
        WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer => engine.Fired(id),
        _ => engine.ChildCompleted(id),
    };
}
