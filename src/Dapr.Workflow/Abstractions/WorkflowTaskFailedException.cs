namespace Dapr.Workflow;

/// <summary>Thrown in workflow code when an activity or child workflow failed.</summary>
/// <param name="message">What failed.</param>
/// <param name="failureDetails">Why.</param>
public class WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails) : Exception(message)
{
    /// <summary>Why the task failed.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; } = failureDetails;
}
