using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Workflows.Execution;

/// <summary>What a worker's answer to one turn means, as plain data; the engine stores it in one transaction.</summary>
internal sealed record TurnResult
{
    /// <summary>The turn's new events followed by what the actions added, in action order.</summary>
    public required IReadOnlyList<HistoryEvent> History { get; init; }

    public IReadOnlyList<HistoryEvent> Activities { get; init; } = [];

    public IReadOnlyList<(int TimerId, TimerCreatedEvent Timer)> Timers { get; init; } = [];

    public IReadOnlyList<(HistoryEvent Created, ExecutionStartedEvent Start)> Children { get; init; } = [];

    public ExecutionCompletedEvent? Completion { get; init; }

    /// <summary>The termination that ends the children too; null: they go on.</summary>
    public ExecutionTerminatedEvent? TerminateChildren { get; init; }

    /// <summary>First events of the next generation; null: the generation goes on.</summary>
    public IReadOnlyList<HistoryEvent>? NextGeneration { get; init; }

    /// <summary>Why no worker there is can go on with this instance; nothing of the turn counts then.</summary>
    public ExecutionStalledEvent? Stalled { get; init; }
}

/// <summary>The engine's rules for turning a worker's actions into history.</summary>
internal sealed class TurnRules(string appId)
{
    public TurnResult Apply(
        string instanceId,
        ExecutionStartedEvent start,
        IReadOnlyList<string> recordedPatches,
        IReadOnlyList<HistoryEvent> newEvents,
        WorkflowResponse response,
        DateTime now)
    {
        // A termination needs no code that fits.
        if (PatchRules.Mismatch(recordedPatches, response.Version) is { } mismatch && newEvents.All(e => e.ExecutionTerminated is null))
            return new TurnResult { History = [], Stalled = new ExecutionStalledEvent { Reason = StalledReason.PatchMismatch, Description = mismatch } };
        newEvents[0].WorkflowStarted.Version = PatchRules.Addition(recordedPatches, response.Version);

        var application = new Application(appId, instanceId, start, newEvents, now);
        foreach (var action in response.Actions)
        {
            application.Add(action);
            if (application.NextGeneration is not null)
                break;
        }

        return application.Result();
    }

    public ExecutionStartedEvent ChildStart(string parentId, ExecutionStartedEvent parent, HistoryEvent created, string childId) =>
        ChildStart(appId, parentId, parent, created, childId);

    private static ExecutionStartedEvent ChildStart(string appId, string parentId, ExecutionStartedEvent parent, HistoryEvent created, string childId) =>
        new()
        {
            Name = created.ChildWorkflowInstanceCreated.Name,
            Input = created.ChildWorkflowInstanceCreated.Input,
            WorkflowInstance = NewExecution(childId),
            ParentTraceContext = created.ChildWorkflowInstanceCreated.ParentTraceContext,
            ParentInstance = new ParentInstanceInfo
            {
                TaskScheduledId = created.EventId,
                Name = parent.Name,
                WorkflowInstance = new WorkflowInstance { InstanceId = parentId },
                AppID = appId,
            },
        };

    private static WorkflowInstance NewExecution(string id) => new() { InstanceId = id, ExecutionId = Guid.NewGuid().ToString() };

    private sealed class Application(string appId, string instanceId, ExecutionStartedEvent start, IReadOnlyList<HistoryEvent> newEvents, DateTime now)
    {
        private readonly List<HistoryEvent> _history = [.. newEvents];
        private readonly List<HistoryEvent> _activities = [];
        private readonly List<(int, TimerCreatedEvent)> _timers = [];
        private readonly List<(HistoryEvent, ExecutionStartedEvent)> _children = [];
        private readonly ExecutionTerminatedEvent? _termination = newEvents.LastOrDefault(e => e.ExecutionTerminated is not null)?.ExecutionTerminated;
        private ExecutionCompletedEvent? _completion;
        private ExecutionStalledEvent? _stalled;

        public IReadOnlyList<HistoryEvent>? NextGeneration { get; private set; }

        public void Add(WorkflowAction action)
        {
            switch (action.WorkflowActionTypeCase)
            {
                case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                    Schedule(action.Id, action.ScheduleTask, action.Router ?? action.ScheduleTask.Router);
                    break;
                case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                    Create(action.Id, action.CreateTimer);
                    break;
                case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                    Create(action.Id, action.CreateChildWorkflow, action.Router ?? action.CreateChildWorkflow.Router);
                    break;
                case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow:
                    Complete(action.Id, action.CompleteWorkflow);
                    break;
                case WorkflowAction.WorkflowActionTypeOneofCase.WorkflowVersionNotAvailable:
                    _stalled ??= new ExecutionStalledEvent
                    {
                        Reason = StalledReason.VersionNotAvailable,
                        Description = $"Version not available: {newEvents[0].WorkflowStarted?.Version?.Name}",
                    };
                    break;
                default:
                    // daprd retries such a turn for ever; ending the workflow tells the developer at once what will not work there either.
                    Fail(action.Id, $"The workflow engine does not know how to process the action '{action.WorkflowActionTypeCase}'.");
                    break;
            }
        }

        public TurnResult Result()
        {
            if (NextGeneration is null && _termination is not null && _completion is null)
                Complete(HistoryEvents.NoId, new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = _termination.Input });

            // A new generation starts from nothing: what this turn scheduled before it is dropped, as in daprd.
            if (NextGeneration is not null)
                return new TurnResult { History = _history, NextGeneration = NextGeneration };

            return new TurnResult
            {
                History = _history,
                Activities = _activities,
                Timers = _timers,
                Children = _children,
                Completion = _completion,
                TerminateChildren = _completion is not null && _termination is { Recurse: true } ? _termination : null,
                Stalled = _completion is null ? _stalled : null,
            };
        }

        private void Schedule(int id, ScheduleTaskAction action, TaskRouter? router)
        {
            var scheduled = Next(id, router);
            scheduled.TaskScheduled = new TaskScheduledEvent
            {
                Name = action.Name,
                Version = action.Version,
                Input = action.Input,
                TaskExecutionId = action.TaskExecutionId,
                ParentTraceContext = start.ParentTraceContext,
            };
            _activities.Add(scheduled);
        }

        private void Create(int id, CreateTimerAction action)
        {
            var timer = new TimerCreatedEvent { FireAt = action.FireAt };
            if (action.HasName)
                timer.Name = action.Name;
            switch (action.OriginCase)
            {
                case CreateTimerAction.OriginOneofCase.CreateTimer:
                    timer.CreateTimer = action.CreateTimer;
                    break;
                case CreateTimerAction.OriginOneofCase.ExternalEvent:
                    timer.ExternalEvent = action.ExternalEvent;
                    break;
                case CreateTimerAction.OriginOneofCase.ActivityRetry:
                    timer.ActivityRetry = action.ActivityRetry;
                    break;
                case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                    timer.ChildWorkflowRetry = action.ChildWorkflowRetry;
                    break;
            }

            Next(id).TimerCreated = timer;
            _timers.Add((id, timer));
        }

        private void Create(int id, CreateChildWorkflowAction action, TaskRouter? router)
        {
            var childId = action.InstanceId.Length > 0 ? action.InstanceId : $"{instanceId}:{id:x4}";
            var created = Next(id, router);
            created.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent
            {
                InstanceId = childId,
                Name = action.Name,
                Version = action.Version,
                Input = action.Input,
                ParentTraceContext = start.ParentTraceContext,
            };
            _children.Add((created, ChildStart(appId, instanceId, start, created, childId)));
        }

        private void Complete(int id, CompleteWorkflowAction action)
        {
            if (_completion is not null)
                return;
            if (action.WorkflowStatus == OrchestrationStatus.ContinuedAsNew)
            {
                if (_termination is null)
                    NextGeneration = Restart(action);
                return;
            }

            _completion = new ExecutionCompletedEvent
            {
                WorkflowStatus = action.WorkflowStatus,
                Result = action.Result,
                FailureDetails = action.FailureDetails,
            };
            Next(id).ExecutionCompleted = _completion;
        }

        private void Fail(int id, string message) => Complete(id, new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.Failed,
            FailureDetails = new TaskFailureDetails { ErrorType = "UnsupportedWorkflowAction", ErrorMessage = message, IsNonRetriable = true },
        });

        private List<HistoryEvent> Restart(CompleteWorkflowAction action)
        {
            var restarted = HistoryEvents.At(now);
            restarted.Router = new TaskRouter { SourceAppID = appId };
            restarted.ExecutionStarted = new ExecutionStartedEvent
            {
                Name = start.Name,
                Input = action.Result,
                WorkflowInstance = NewExecution(instanceId),
                ParentInstance = start.ParentInstance,
            };
            return [restarted, .. action.CarryoverEvents];
        }

        private HistoryEvent Next(int id, TaskRouter? router = null)
        {
            var added = HistoryEvents.At(now, id);
            added.Router = new TaskRouter { SourceAppID = appId };
            if (router is { HasTargetAppID: true })
                added.Router.TargetAppID = router.TargetAppID;
            _history.Add(added);
            return added;
        }

    }
}
