using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Replay;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Workflow.Tests.Support;

/// <summary>
/// The engine's side of the protocol for one instance, without a server: keeps the history, sends turns and applies the answers. Each turn replays
/// from the start, so every test is also a test of replay.
/// </summary>
internal sealed class ScriptedEngine(string workflowName, IWorkflow workflow, object? input = null) : IWorkflowSource
{
    public static readonly DateTime Start = new(2026, 3, 8, 9, 0, 0, DateTimeKind.Utc);

    private static readonly JsonDaprSerializer Serializer = new();
    private readonly List<HistoryEvent> _history = [];
    private readonly List<string> _foreignTasks = [];

    public string InstanceId { get; init; } = "order-17";

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public DateTime Now { get; set; } = Start;

    public IList<HistoryEvent> History => _history;

    public IReadOnlyList<string> ForeignTasks => _foreignTasks;

    /// <summary>The newest answer.</summary>
    public WorkflowResponse Response { get; private set; } = new();

    public IReadOnlyList<WorkflowAction> Actions => Response.Actions;

    public CompleteWorkflowAction? Completion => Response.Actions.LastOrDefault()?.CompleteWorkflow;

    public OrchestrationStatus? EndedAs => Completion?.WorkflowStatus;

    public static ScriptedEngine For<TInput, TOutput>(Func<WorkflowContext, TInput, Task<TOutput>> code, TInput input) =>
        new("Sample", new FunctionWorkflow<TInput, TOutput>(code), input);

    public static ScriptedEngine For<TOutput>(Func<WorkflowContext, Task<TOutput>> code) => For<object?, TOutput>((context, _) => code(context), null);

    public IWorkflow? Create(string name) => name == workflowName ? workflow : null;

    /// <summary>Sends the first turn.</summary>
    public ScriptedEngine Begin(params HistoryEvent[] more) => Turn([Started(), .. more]);

    /// <summary>Sends a turn with these new events and commits the answer.</summary>
    public ScriptedEngine Turn(params HistoryEvent[] events)
    {
        HistoryEvent[] batch = [At(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }), .. events];
        Response = Ask(_history, batch);
        _history.AddRange(batch);
        if (Response.Version is { } version)
            batch[0].WorkflowStarted.Version = version;
        foreach (var action in Response.Actions)
            Commit(action);
        return this;
    }

    /// <summary>Sends a turn without committing anything.</summary>
    public WorkflowResponse Ask(IEnumerable<HistoryEvent> past, IEnumerable<HistoryEvent> batch) =>
        WorkflowTurn.Run(
            new WorkflowRequest { InstanceId = InstanceId, PastEvents = { past }, NewEvents = { batch } },
            this,
            Serializer,
            Loggers,
            name =>
            {
                lock (_foreignTasks)
                    _foreignTasks.Add(name);
            });

    public T? Output<T>() => Serializer.Deserialize<T>(Completion!.Result);

    public HistoryEvent Started() => At(new HistoryEvent
    {
        EventId = -1,
        ExecutionStarted = new ExecutionStartedEvent { Name = workflowName, Input = Serializer.Serialize(input, input?.GetType()) },
    });

    public HistoryEvent Completed(int id, object? result = null) => At(new HistoryEvent
    {
        EventId = -1,
        TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = Serializer.Serialize(result, result?.GetType()) },
    });

    public HistoryEvent Failed(int id, string type = "System.InvalidOperationException", string message = "broken") => At(new HistoryEvent
    {
        EventId = -1,
        TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = new TaskFailureDetails { ErrorType = type, ErrorMessage = message } },
    });

    public HistoryEvent ChildCompleted(int id, object? result = null) => At(new HistoryEvent
    {
        EventId = -1,
        ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = id, Result = Serializer.Serialize(result, result?.GetType()) },
    });

    public HistoryEvent ChildFailed(int id, TaskFailureDetails? details) => At(new HistoryEvent
    {
        EventId = -1,
        ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = id, FailureDetails = details },
    });

    public HistoryEvent Fired(int id) => At(new HistoryEvent { EventId = -1, TimerFired = new TimerFiredEvent { TimerId = id } });

    public HistoryEvent Raised(string name, object? payload = null) => At(new HistoryEvent
    {
        EventId = -1,
        EventRaised = new EventRaisedEvent { Name = name, Input = Serializer.Serialize(payload, payload?.GetType()) },
    });

    public HistoryEvent Suspended() => At(new HistoryEvent { EventId = -1, ExecutionSuspended = new ExecutionSuspendedEvent() });

    public HistoryEvent Resumed() => At(new HistoryEvent { EventId = -1, ExecutionResumed = new ExecutionResumedEvent() });

    public HistoryEvent Terminated(string output) =>
        At(new HistoryEvent { EventId = -1, ExecutionTerminated = new ExecutionTerminatedEvent { Input = output, Recurse = true } });

    public HistoryEvent At(HistoryEvent happened)
    {
        happened.Timestamp = Timestamp.FromDateTime(Now);
        return happened;
    }

    private void Commit(WorkflowAction action)
    {
        var recorded = At(new HistoryEvent { EventId = action.Id });
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                recorded.TaskScheduled = new TaskScheduledEvent
                {
                    Name = action.ScheduleTask.Name,
                    Input = action.ScheduleTask.Input,
                    TaskExecutionId = action.ScheduleTask.TaskExecutionId,
                };
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                recorded.TimerCreated = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                recorded.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent
                {
                    InstanceId = action.CreateChildWorkflow.InstanceId,
                    Name = action.CreateChildWorkflow.Name,
                };
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow:
                return;
            default:
                throw new InvalidOperationException($"The engine has no use for {action.WorkflowActionTypeCase}.");
        }

        _history.Add(recorded);
    }
}
