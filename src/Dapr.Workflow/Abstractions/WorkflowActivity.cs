using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>Base class of an activity: the place for I/O. It runs at least once per call.</summary>
/// <typeparam name="TInput">Input, read from JSON.</typeparam>
/// <typeparam name="TOutput">Output, written as JSON.</typeparam>
public abstract class WorkflowActivity<TInput, TOutput> : IWorkflowActivity
{
    Type IWorkflowActivity.InputType => typeof(TInput);

    Type IWorkflowActivity.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    public async Task<object?> RunAsync(WorkflowActivityContext context, object? input) => await RunAsync(context, (TInput)input!);

    /// <summary>The activity's code.</summary>
    /// <param name="context">Which task of which instance this is.</param>
    /// <param name="input">The input; <see langword="default"/> when called without one.</param>
    /// <returns>The result. An exception reaches the workflow as <see cref="WorkflowTaskFailedException"/>.</returns>
    public abstract Task<TOutput> RunAsync(WorkflowActivityContext context, TInput input);
}
