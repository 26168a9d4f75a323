using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Replay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Turns a work item into its answer. Whatever user code does, there is one.</summary>
internal sealed partial class WorkItemRunner(
    WorkflowRuntimeOptions options,
    IServiceScopeFactory scopes,
    IDaprSerializer serializer,
    ILoggerFactory loggers,
    ILogger<WorkItemRunner> logger)
{
    public async Task<WorkflowResponse> RunTurn(WorkflowRequest request, string completionToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        WorkflowResponse response;
        try
        {
            response = WorkflowTurn.Run(
                request,
                new ScopedWorkflows(options, scope.ServiceProvider),
                serializer,
                loggers,
                name => LogForeignTask(request.InstanceId, name));
        }
        catch (Exception exception)
        {
            // Only what escapes from async void code, a status or an input that cannot be written as JSON gets here; the next turn would do the same.
            response = Failed(request, exception);
        }

        if (response.Actions.LastOrDefault()?.CompleteWorkflow is { WorkflowStatus: OrchestrationStatus.Failed } end)
            LogWorkflowFailed(request.InstanceId, end.FailureDetails.ErrorType);
        response.CompletionToken = completionToken;
        return response;
    }

    public async Task<ActivityResponse> RunActivity(ActivityRequest request, string completionToken)
    {
        var context = new ActivityContext(request);
        var response = new ActivityResponse { InstanceId = context.InstanceId, TaskId = request.TaskId, CompletionToken = completionToken };
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (options.Activities.Create(request.Name, scope.ServiceProvider) is not { } activity)
            {
                LogUnknownActivity(request.Name, context.InstanceId);
                response.FailureDetails = new TaskFailureDetails
                {
                    ErrorType = "ActivityNotFoundException",
                    ErrorMessage = $"No activity is registered as '{request.Name}'.",
                };
                return response;
            }

            var result = await activity.RunAsync(context, serializer.Deserialize(request.Input, activity.InputType));
            response.Result = serializer.Serialize(result, result?.GetType());
        }
        catch (Exception exception)
        {
            LogActivityFailed(request.Name, context.InstanceId, exception.GetType().Name);
            response.FailureDetails = FailureMapping.ToDetails(exception);
        }

        return response;
    }

    private static WorkflowResponse Failed(WorkflowRequest request, Exception exception)
    {
        var details = FailureMapping.ToDetails(exception);
        details.IsNonRetriable = true;
        return new WorkflowResponse
        {
            InstanceId = request.InstanceId,
            Actions = { new WorkflowAction { CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = details } } },
        };
    }

    [LoggerMessage(1, LogLevel.Error, "No activity is registered as {Activity}; instance {InstanceId} gets a failure")]
    private partial void LogUnknownActivity(string activity, string instanceId);

    // The message may hold what the app must not log, and the workflow gets it anyway.
    [LoggerMessage(2, LogLevel.Warning, "Activity {Activity} of instance {InstanceId} failed with {ErrorType}")]
    private partial void LogActivityFailed(string activity, string instanceId, string errorType);

    [LoggerMessage(3, LogLevel.Error, "Workflow {Workflow} (instance {InstanceId}) awaited a task that is not its own; the rest of that turn is lost")]
    private partial void LogForeignTask(string instanceId, string workflow);

    [LoggerMessage(4, LogLevel.Warning, "Workflow instance {InstanceId} failed with {ErrorType}")]
    private partial void LogWorkflowFailed(string instanceId, string errorType);

    private sealed class ScopedWorkflows(WorkflowRuntimeOptions options, IServiceProvider services) : IWorkflowSource
    {
        public IWorkflow? Create(string name) => options.Workflows.Create(name, services);
    }
}
