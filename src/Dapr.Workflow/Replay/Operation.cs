using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>Something that workflow code asked of the engine. Its id is its position in the execution's sequence.</summary>
internal abstract class Operation
{
    public int Id { get; set; }

    /// <summary>Whether the history already holds it, so that it must not be asked for again.</summary>
    public bool IsRecorded { get; set; }

    /// <summary>Whether workflow code waits for nothing more from it.</summary>
    public abstract bool IsSettled { get; }

    /// <summary>Whether workflow code awaits it.</summary>
    public abstract bool IsAwaited { get; }

    /// <summary>Kind and name, as a sentence about a mismatch needs them.</summary>
    public abstract string Description { get; }

    public abstract bool Matches(HistoryEvent scheduled);

    public abstract WorkflowAction ToAction();
}

/// <summary>An operation that ends with a result or a failure: an activity or a child workflow.</summary>
internal abstract class CallOperation : Operation
{
    public abstract void Complete(string? result);

    public abstract void Fail(TaskFailureDetails? details);
}
