namespace Dapr.Workflow.Client;

/// <summary>How an instance is run again from one of its events.</summary>
public sealed class RerunWorkflowFromEventOptions
{
    /// <summary>Id of the new instance; chosen by the engine when <see langword="null"/>.</summary>
    public string? NewInstanceId { get; set; }

    /// <summary>Input of the task at that event, instead of the recorded one; needs <see cref="OverwriteInput"/>.</summary>
    public object? Input { get; set; }

    /// <summary>Whether <see cref="Input"/>, also <see langword="null"/>, replaces the recorded input.</summary>
    public bool OverwriteInput { get; set; }
}
