using Dapr.DurableTask.Protobuf;
using EventType = Dapr.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Client;

internal static class HistoryEvents
{
    public static WorkflowHistoryEvent ToPublic(HistoryEvent recorded) =>
        new(recorded.EventId, KindOf(recorded.EventTypeCase), recorded.Timestamp?.ToDateTime() ?? default);

    private static WorkflowHistoryEventType KindOf(EventType kind) => kind switch
    {
        EventType.ExecutionStarted => WorkflowHistoryEventType.ExecutionStarted,
        EventType.ExecutionCompleted => WorkflowHistoryEventType.ExecutionCompleted,
        EventType.ExecutionTerminated => WorkflowHistoryEventType.ExecutionTerminated,
        EventType.TaskScheduled => WorkflowHistoryEventType.TaskScheduled,
        EventType.TaskCompleted => WorkflowHistoryEventType.TaskCompleted,
        EventType.TaskFailed => WorkflowHistoryEventType.TaskFailed,
        EventType.ChildWorkflowInstanceCreated => WorkflowHistoryEventType.SubOrchestrationInstanceCreated,
        EventType.ChildWorkflowInstanceCompleted => WorkflowHistoryEventType.SubOrchestrationInstanceCompleted,
        EventType.ChildWorkflowInstanceFailed => WorkflowHistoryEventType.SubOrchestrationInstanceFailed,
        EventType.TimerCreated => WorkflowHistoryEventType.TimerCreated,
        EventType.TimerFired => WorkflowHistoryEventType.TimerFired,
        EventType.WorkflowStarted => WorkflowHistoryEventType.OrchestratorStarted,
        EventType.WorkflowCompleted => WorkflowHistoryEventType.OrchestratorCompleted,
        EventType.EventSent => WorkflowHistoryEventType.EventSent,
        EventType.EventRaised => WorkflowHistoryEventType.EventRaised,
        EventType.ContinueAsNew => WorkflowHistoryEventType.ContinueAsNew,
        EventType.ExecutionSuspended => WorkflowHistoryEventType.ExecutionSuspended,
        EventType.ExecutionResumed => WorkflowHistoryEventType.ExecutionResumed,
        EventType.ExecutionStalled => WorkflowHistoryEventType.ExecutionStalled,
        _ => WorkflowHistoryEventType.Unknown,
    };
}
