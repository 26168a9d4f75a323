namespace Dapr.Workflow;

/// <summary>The state of an instance, with the numbers of the wire protocol.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>The instance does not exist, or its state is newer than this library.</summary>
    Unknown = -1,

    /// <summary>Running or waiting.</summary>
    Running = 0,

    /// <summary>Ended with an output.</summary>
    Completed = 1,

    /// <summary>Between two executions; seen only in passing.</summary>
    ContinuedAsNew = 2,

    /// <summary>Ended by an exception.</summary>
    Failed = 3,

    /// <summary>Cancelled; Dapr's engine never sets it.</summary>
    Canceled = 4,

    /// <summary>Ended from outside.</summary>
    Terminated = 5,

    /// <summary>Created, first turn not run yet.</summary>
    Pending = 6,

    /// <summary>Suspended from outside.</summary>
    Suspended = 7,

    /// <summary>Held by the engine, for example because its history outgrew the message limit.</summary>
    Stalled = 8,
}
