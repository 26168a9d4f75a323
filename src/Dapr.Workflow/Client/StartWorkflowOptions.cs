namespace Dapr.Workflow.Client;

/// <summary>How an instance is started.</summary>
public sealed class StartWorkflowOptions
{
    /// <summary>The instance's id; a random GUID when <see langword="null"/>.</summary>
    public string? InstanceId { get; set; }

    /// <summary>When the first turn runs; at once when <see langword="null"/>.</summary>
    public DateTimeOffset? StartAt { get; set; }
}
