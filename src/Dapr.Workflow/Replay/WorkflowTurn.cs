using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Microsoft.Extensions.Logging;
using EventType = Dapr.DurableTask.Protobuf.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>
/// One turn of one instance: feeds the committed history and then the new events to the workflow's code on a single thread, and answers with
/// the actions that the history does not hold yet.
/// </summary>
internal sealed partial class WorkflowTurn
{
    private readonly WorkflowRequest _request;
    private readonly IWorkflowSource _source;
    private readonly IDaprSerializer _serializer;
    private readonly TurnLoop _loop;
    private readonly ReplayContext _context;
    private readonly Queue<HistoryEvent> _heldWhileSuspended = new();

    private Task<object?>? _run;
    private TaskFailureDetails? _failure;
    private ExecutionTerminatedEvent? _termination;
    private bool _isSuspended;

    private WorkflowTurn(WorkflowRequest request, IWorkflowSource source, IDaprSerializer serializer, ILoggerFactory loggers, Action<string> foreignTaskAfterTurn)
    {
        _request = request;
        _source = source;
        _serializer = serializer;
        _loop = new TurnLoop(() => foreignTaskAfterTurn(_context!.Name));

        // Actions asked for in a turn that ended suspended are not in the history; they are asked for again, with their input as it was then.
        var wasSuspended = request.PastEvents.Any(static past => past.EventTypeCase == EventType.ExecutionSuspended);
        _context = new ReplayContext(request.InstanceId, request.ExecutionId, serializer, loggers, _loop, writesInputsWhileReplaying: wasSuspended);
    }

    private bool IsOver => _termination is not null || _failure is not null || (_run is { IsCompleted: true } && _context.Next is null);

    public static WorkflowResponse Run(
        WorkflowRequest request, IWorkflowSource source, IDaprSerializer serializer, ILoggerFactory loggers, Action<string> foreignTaskAfterTurn)
    {
        var turn = new WorkflowTurn(request, source, serializer, loggers, foreignTaskAfterTurn);
        try
        {
            turn.Replay();
            return turn.Respond();
        }
        finally
        {
            turn._loop.Close();
        }
    }

    private void Replay()
    {
        _context.Replaying = _request.PastEvents.Count > 0;
        Feed(_request.PastEvents);
        _context.Replaying = false;
        Feed(_request.NewEvents);

        if (_run is null && !IsOver && !_isSuspended)
            Fail("WorkflowNameMissing", "The history does not say which workflow to run.");
    }

    private void Feed(IEnumerable<HistoryEvent> events)
    {
        foreach (var next in events)
        {
            if (IsOver)
                return;
            Process(next);
        }
    }

    private void Process(HistoryEvent next)
    {
        switch (next.EventTypeCase)
        {
            case EventType.WorkflowStarted:
                // The clock runs on while suspended: what is held happens when it is resumed.
                _context.Now = next.Timestamp.ToDateTime();
                _context.Patches.ReadHistory(next.WorkflowStarted);
                break;
            case EventType.ExecutionTerminated:
                _termination = next.ExecutionTerminated;
                break;
            case EventType.ExecutionSuspended:
                _isSuspended = true;
                break;
            case EventType.ExecutionResumed:
                _isSuspended = false;
                while (!IsOver && _heldWhileSuspended.TryDequeue(out var held))
                    Apply(held);
                break;
            default:
                if (_isSuspended)
                    _heldWhileSuspended.Enqueue(next);
                else
                    Apply(next);
                break;
        }
    }

    private void Apply(HistoryEvent next)
    {
        switch (next.EventTypeCase)
        {
            case EventType.ExecutionStarted:
                Start(next);
                break;
            case EventType.TaskScheduled or EventType.TimerCreated or EventType.ChildWorkflowInstanceCreated:
                if (_context.Operations.Record(next) is { } mismatch)
                    Fail("NonDeterministicWorkflow", $"Workflow '{_context.Name}' does not replay its history: {mismatch}. Running instances need the code they began with; guard changes with IsPatched.");
                break;
            case EventType.TaskCompleted:
                Call(next.TaskCompleted.TaskScheduledId, call => call.Complete(next.TaskCompleted.Result));
                break;
            case EventType.TaskFailed:
                Call(next.TaskFailed.TaskScheduledId, call => call.Fail(next.TaskFailed.FailureDetails));
                break;
            case EventType.ChildWorkflowInstanceCompleted:
                Call(next.ChildWorkflowInstanceCompleted.TaskScheduledId, call => call.Complete(next.ChildWorkflowInstanceCompleted.Result));
                break;
            case EventType.ChildWorkflowInstanceFailed:
                Call(next.ChildWorkflowInstanceFailed.TaskScheduledId, call => call.Fail(next.ChildWorkflowInstanceFailed.FailureDetails));
                break;
            case EventType.TimerFired:
                if (_context.Operations.Find(next.TimerFired.TimerId) is TimerOperation { IsSettled: false } timer)
                    RunCode(timer.Fire);
                break;
            case EventType.EventRaised:
                RunCode(() => _context.Events.Raise(next));
                break;
        }
    }

    // A result without a matching call is a straggler of an earlier execution.
    private void Call(int id, Action<CallOperation> settle)
    {
        if (_context.Operations.Find(id) is CallOperation { IsSettled: false } call)
            RunCode(() => settle(call));
    }

    private void Start(HistoryEvent next)
    {
        if (_run is not null)
            return;

        var started = next.ExecutionStarted;
        _context.StartAs(started.Name);
        _context.AppId = next.Router is { } router ? (router.HasTargetAppID ? router.TargetAppID : router.SourceAppID) : null;
        try
        {
            if (_source.Create(started.Name) is not { } workflow)
            {
                Fail("WorkflowNotFound", $"No workflow is registered as '{started.Name}'.");
                return;
            }

            var input = _serializer.Deserialize(started.Input, workflow.InputType);
            RunCode(() => _run = workflow.RunAsync(_context, input));
        }
        catch (Exception exception)
        {
            // Construction, input or the synchronous part of RunAsync failed: the instance ends as if RunAsync had thrown.
            _run = Task.FromException<object?>(exception);
        }
    }

    private void Fail(string errorType, string message) => _failure ??= FailureMapping.NonRetriable(errorType, message);
}
