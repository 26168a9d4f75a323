namespace Dapr.Workflow;

/// <summary>Base class of a durable workflow.</summary>
/// <remarks>
/// The code is replayed from its start on every turn and must be deterministic: it awaits only tasks of its
/// <see cref="WorkflowContext"/> (and <c>WhenAll</c>/<c>WhenAny</c> over them) and does no I/O of its own.
/// </remarks>
/// <typeparam name="TInput">Input, read from JSON.</typeparam>
/// <typeparam name="TOutput">Output, written as JSON.</typeparam>
public abstract class Workflow<TInput, TOutput> : IWorkflow
{
    Type IWorkflow.InputType => typeof(TInput);

    Type IWorkflow.OutputType => typeof(TOutput);

    async Task<object?> IWorkflow.RunAsync(WorkflowContext context, object? input) => await RunAsync(context, (TInput)input!);

    /// <summary>The workflow's code.</summary>
    /// <param name="context">The only source of time, randomness and awaitable tasks in workflow code.</param>
    /// <param name="input">The input of the instance; <see langword="default"/> when it was started without one.</param>
    /// <returns>The output. An exception ends the instance as <see cref="WorkflowRuntimeStatus.Failed"/>.</returns>
    public abstract Task<TOutput> RunAsync(WorkflowContext context, TInput input);
}
