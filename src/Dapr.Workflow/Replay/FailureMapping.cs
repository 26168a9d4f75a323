using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>Exceptions to and from their form on the wire.</summary>
internal static class FailureMapping
{
    public static TaskFailureDetails ToDetails(Exception exception) => new()
    {
        ErrorType = exception.GetType().FullName ?? exception.GetType().Name,
        ErrorMessage = exception.Message,
        StackTrace = exception.StackTrace,
    };

    public static TaskFailureDetails NonRetriable(string errorType, string message) => new()
    {
        ErrorType = errorType,
        ErrorMessage = message,
        IsNonRetriable = true,
    };

    public static WorkflowTaskFailureDetails FromDetails(TaskFailureDetails? details) => details is null
        ? new WorkflowTaskFailureDetails(typeof(Exception).Name, "Unknown message")
        : new WorkflowTaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace);
}
