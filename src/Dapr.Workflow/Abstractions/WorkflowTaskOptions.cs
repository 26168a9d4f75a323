namespace Dapr.Workflow;

/// <summary>How an activity is called.</summary>
/// <param name="RetryPolicy">Retries; none when <see langword="null"/>.</param>
/// <param name="TargetAppId">The Dapr app that runs the task; this app when <see langword="null"/>.</param>
public record WorkflowTaskOptions(WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null);

/// <summary>How a child workflow is called.</summary>
/// <param name="InstanceId">The child's id; a deterministic GUID when <see langword="null"/>, which repeats after ContinueAsNew.</param>
/// <param name="RetryPolicy">Retries; none when <see langword="null"/>.</param>
/// <param name="TargetAppId">The Dapr app that runs the child; this app when <see langword="null"/>.</param>
public record ChildWorkflowTaskOptions(string? InstanceId = null, WorkflowRetryPolicy? RetryPolicy = null, string? TargetAppId = null)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId);
