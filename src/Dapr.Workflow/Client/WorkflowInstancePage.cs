namespace Dapr.Workflow.Client;

/// <summary>Some of an app's instance ids.</summary>
/// <param name="InstanceIds">In the state store's order.</param>
/// <param name="ContinuationToken">Where the next page begins; <see langword="null"/> on the last one.</param>
public record WorkflowInstancePage(IReadOnlyList<string> InstanceIds, string? ContinuationToken);
