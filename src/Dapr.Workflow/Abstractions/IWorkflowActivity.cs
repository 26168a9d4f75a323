namespace Dapr.Workflow.Abstractions;

/// <summary>An activity as the worker runs it. Derive from <see cref="WorkflowActivity{TInput,TOutput}"/> instead of implementing this.</summary>
public interface IWorkflowActivity
{
    /// <summary>The type that the JSON input is read as.</summary>
    Type InputType { get; }

    /// <summary>The type of the result.</summary>
    Type OutputType { get; }

    /// <summary>Runs the activity once; the same task may run again after a lost connection (at least once).</summary>
    /// <param name="context">Which task of which instance this is.</param>
    /// <param name="input">An <see cref="InputType"/>, or <see langword="null"/> when called without input.</param>
    /// <returns>The result, handed to the workflow as JSON.</returns>
    Task<object?> RunAsync(WorkflowActivityContext context, object? input);
}
