using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <content>What the engine is told at the end of the turn.</content>
internal sealed partial class WorkflowTurn
{
    private WorkflowResponse Respond()
    {
        var response = new WorkflowResponse { InstanceId = _request.InstanceId, CustomStatus = _context.CustomStatus };
        if (_context.Patches.Taken.Count > 0)
            response.Version = new WorkflowVersion { Name = _context.Name, Patches = { _context.Patches.Taken } };

        if (_termination is not null)
            response.Actions.Add(Ending(new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = _termination.Input }));
        else if (_failure is not null)
            response.Actions.Add(Ending(Failed(_failure)));
        else if (_run is { IsCompleted: true } run && _context.Next is null)
        {
            response.Actions.AddRange(_context.Operations.Unrecorded(before: int.MaxValue));
            response.Actions.Add(Ending(Outcome(run)));
        }
        else if (!_isSuspended)
            Continue(response);

        return response;
    }

    private void Continue(WorkflowResponse response)
    {
        if (_context.Next is { } next)
        {
            response.Actions.AddRange(_context.Operations.Unrecorded(before: next.ActionId));
            response.Actions.Add(new WorkflowAction { Id = next.ActionId, CompleteWorkflow = ContinuedAsNew(next) });
            return;
        }

        response.Actions.AddRange(_context.Operations.Unrecorded(before: int.MaxValue));
    }

    private CompleteWorkflowAction ContinuedAsNew(NextExecution next)
    {
        var completion = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.ContinuedAsNew, Result = next.Input };
        if (next.PreserveUnprocessedEvents)
            completion.CarryoverEvents.AddRange(_context.Events.Unprocessed);
        return completion;
    }

    private CompleteWorkflowAction Outcome(Task<object?> run)
    {
        try
        {
            var output = run.GetAwaiter().GetResult();
            return new CompleteWorkflowAction
            {
                WorkflowStatus = OrchestrationStatus.Completed,
                Result = _serializer.Serialize(output, output?.GetType()),
            };
        }
        catch (Exception exception)
        {
            var details = FailureMapping.ToDetails(exception);
            details.IsNonRetriable = true;
            return Failed(details);
        }
    }

    private static CompleteWorkflowAction Failed(TaskFailureDetails details) =>
        new() { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = details };

    private WorkflowAction Ending(CompleteWorkflowAction completion) => new() { Id = _context.Operations.NextId, CompleteWorkflow = completion };
}
