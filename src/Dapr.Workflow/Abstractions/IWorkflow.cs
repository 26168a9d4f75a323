namespace Dapr.Workflow;

/// <summary>A workflow as the worker runs it. Derive from <see cref="Workflow{TInput,TOutput}"/> instead of implementing this.</summary>
public interface IWorkflow
{
    /// <summary>The type that the JSON input of the instance is read as.</summary>
    Type InputType { get; }

    /// <summary>The type of the result.</summary>
    Type OutputType { get; }

    /// <summary>Runs the workflow from its start; called anew for every turn of an instance.</summary>
    /// <param name="context">The only source of time, randomness and awaitable tasks in workflow code.</param>
    /// <param name="input">An <see cref="InputType"/>, or <see langword="null"/> when the instance was started without input.</param>
    /// <returns>The result, written as JSON into the instance's output.</returns>
    Task<object?> RunAsync(WorkflowContext context, object? input);
}
