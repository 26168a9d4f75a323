namespace Dapr.Workflow.Replay;

/// <summary>Where a turn gets the workflow's code from.</summary>
internal interface IWorkflowSource
{
    /// <returns>A new instance of the workflow, or null when the name is not registered.</returns>
    IWorkflow? Create(string name);
}
