using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow;

/// <summary>Identifies the task that an activity runs for.</summary>
public abstract class WorkflowActivityContext
{
    /// <summary>The activity's registered name.</summary>
    public abstract TaskIdentifier Identifier { get; }

    /// <summary>
    /// The same for every delivery of one scheduled task and different for every retry attempt. It repeats after ContinueAsNew and when an
    /// instance id is reused, so it is no idempotency key on its own.
    /// </summary>
    public abstract string TaskExecutionKey { get; }

    /// <summary>The instance that scheduled the task.</summary>
    public abstract string InstanceId { get; }
}
