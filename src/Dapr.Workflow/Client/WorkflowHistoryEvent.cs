namespace Dapr.Workflow.Client;

/// <summary>One event of an instance's committed history.</summary>
/// <param name="EventId">The number of the action that it records; −1 for what came from outside.</param>
/// <param name="EventType">Its kind.</param>
/// <param name="Timestamp">When the engine recorded it, UTC.</param>
public record WorkflowHistoryEvent(int EventId, WorkflowHistoryEventType EventType, DateTime Timestamp);

/// <summary>The kinds of history events, under the names that the official package kept.</summary>
public enum WorkflowHistoryEventType
{
    /// <summary>Newer than this library.</summary>
    Unknown,

    /// <summary>The instance was created.</summary>
    ExecutionStarted,

    /// <summary>The instance ended.</summary>
    ExecutionCompleted,

    /// <summary>Termination was asked for.</summary>
    ExecutionTerminated,

    /// <summary>An activity was called.</summary>
    TaskScheduled,

    /// <summary>An activity returned.</summary>
    TaskCompleted,

    /// <summary>An activity failed.</summary>
    TaskFailed,

    /// <summary>A child workflow was started.</summary>
    SubOrchestrationInstanceCreated,

    /// <summary>A child workflow returned.</summary>
    SubOrchestrationInstanceCompleted,

    /// <summary>A child workflow failed or was terminated.</summary>
    SubOrchestrationInstanceFailed,

    /// <summary>A timer was created.</summary>
    TimerCreated,

    /// <summary>A timer fired.</summary>
    TimerFired,

    /// <summary>A turn began.</summary>
    OrchestratorStarted,

    /// <summary>A turn ended.</summary>
    OrchestratorCompleted,

    /// <summary>An event was sent.</summary>
    EventSent,

    /// <summary>An event arrived.</summary>
    EventRaised,

    /// <summary>No longer recorded.</summary>
    GenericEvent,

    /// <summary>No longer recorded.</summary>
    HistoryState,

    /// <summary>The execution was continued as a new one.</summary>
    ContinueAsNew,

    /// <summary>The instance was suspended.</summary>
    ExecutionSuspended,

    /// <summary>The instance was resumed.</summary>
    ExecutionResumed,

    /// <summary>The engine holds the instance.</summary>
    ExecutionStalled,
}
