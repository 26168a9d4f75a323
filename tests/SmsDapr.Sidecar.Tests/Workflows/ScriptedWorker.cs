using System.Collections.Concurrent;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>What a worker does with work items: workflows decide from the history they are sent, activities compute.</summary>
internal sealed class Script
{
    public Func<History, IEnumerable<WorkflowAction>> Workflow { get; init; } = _ => [Do.Complete()];

    public Func<ActivityRequest, string?> Activity { get; init; } = activity => activity.Input;

    public Func<History, string?> CustomStatus { get; init; } = _ => null;

    /// <summary>Patches that the code took.</summary>
    public Func<History, IReadOnlyList<string>> Patches { get; init; } = _ => [];

    /// <summary>Items for which this says false are received and never answered.</summary>
    public Func<WorkItem, bool> Answers { get; init; } = _ => true;
}

/// <summary>All events of an instance as its worker sees them in one turn.</summary>
internal sealed class History(WorkflowRequest request)
{
    public string InstanceId => request.InstanceId;

    public IReadOnlyList<HistoryEvent> Past => request.PastEvents;

    public IReadOnlyList<HistoryEvent> New => request.NewEvents;

    public IEnumerable<HistoryEvent> All => request.PastEvents.Concat(request.NewEvents);

    public ExecutionStartedEvent Start => All.First(e => e.ExecutionStarted is not null).ExecutionStarted;

    public bool IsFirstTurn => request.PastEvents.Count == 0;

    public bool IsTerminated => All.Any(e => e.ExecutionTerminated is not null);

    public IReadOnlyList<string?> Results => [.. All.Where(e => e.TaskCompleted is not null).OrderBy(e => e.TaskCompleted.TaskScheduledId).Select(e => e.TaskCompleted.Result)];

    public IReadOnlyList<string?> Raised(string name) =>
        [.. All.Where(e => e.EventRaised is not null && e.EventRaised.Name == name).Select(e => e.EventRaised.Input)];

    public bool Fired(int timerId) => All.Any(e => e.TimerFired?.TimerId == timerId);

    public ChildWorkflowInstanceCompletedEvent? Completed(int childId) =>
        All.FirstOrDefault(e => e.ChildWorkflowInstanceCompleted?.TaskScheduledId == childId)?.ChildWorkflowInstanceCompleted;

    public ChildWorkflowInstanceFailedEvent? Failed(int childId) =>
        All.FirstOrDefault(e => e.ChildWorkflowInstanceFailed?.TaskScheduledId == childId)?.ChildWorkflowInstanceFailed;
}

/// <summary>Actions, in the words of a workflow.</summary>
internal static class Do
{
    public static WorkflowAction Complete(string? result = null, OrchestrationStatus status = OrchestrationStatus.Completed) =>
        new() { Id = 99, CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = status, Result = result } };

    public static WorkflowAction ContinueAsNew(string? input, IEnumerable<HistoryEvent>? carryover = null) =>
        new()
        {
            CompleteWorkflow = new CompleteWorkflowAction
            {
                WorkflowStatus = OrchestrationStatus.ContinuedAsNew,
                Result = input,
                CarryoverEvents = { carryover ?? [] },
            },
        };

    public static WorkflowAction Activity(int id, string name, string? input = null) =>
        new() { Id = id, ScheduleTask = new ScheduleTaskAction { Name = name, Input = input, TaskExecutionId = $"execution-{id}" } };

    public static WorkflowAction Timer(int id, DateTime at) => new() { Id = id, CreateTimer = new CreateTimerAction { FireAt = at.ToTimestamp(), CreateTimer = new() } };

    public static WorkflowAction EventTimer(int id, string eventName, Timestamp at) =>
        new() { Id = id, CreateTimer = new CreateTimerAction { FireAt = at, ExternalEvent = new TimerOriginExternalEvent { Name = eventName } } };

    public static WorkflowAction Child(int id, string name, string childId, string? input = null) =>
        new() { Id = id, CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = childId, Name = name, Input = input } };
}

/// <summary>A worker on a real stream; it keeps every item it was sent.</summary>
internal sealed class ScriptedWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly Task _running;

    public ScriptedWorker(TaskHub hub, Script script) => _running = RunAsync(hub, script);

    public ConcurrentQueue<WorkItem> Received { get; } = new();

    public Status? Ended { get; private set; }

    public IEnumerable<WorkflowRequest> Turns => Received.Where(item => item.WorkflowRequest is not null).Select(item => item.WorkflowRequest);

    public IEnumerable<ActivityRequest> Activities => Received.Where(item => item.ActivityRequest is not null).Select(item => item.ActivityRequest);

    public Task Completion => _running;

    public bool HasLeft { get; private set; }

    public async Task ReceivedAsync(Func<WorkItem, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        while (!Received.Any(wanted))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (HasLeft)
            return;
        HasLeft = true;
        await _leaving.CancelAsync();
        await _running;
        _leaving.Dispose();
    }

    public static WorkflowResponse Answer(Script script, WorkItem item)
    {
        var history = new History(item.WorkflowRequest);
        var patches = script.Patches(history);
        return new WorkflowResponse
        {
            InstanceId = item.WorkflowRequest.InstanceId,
            Actions = { script.Workflow(history) },
            CustomStatus = script.CustomStatus(history),
            CompletionToken = item.CompletionToken,
            Version = patches.Count > 0 ? new WorkflowVersion { Patches = { patches } } : null,
        };
    }

    public static ActivityResponse Result(WorkItem item, string? result) => new()
    {
        InstanceId = item.ActivityRequest.WorkflowInstance.InstanceId,
        TaskId = item.ActivityRequest.TaskId,
        Result = result,
        CompletionToken = item.CompletionToken,
    };

    private async Task RunAsync(TaskHub hub, Script script)
    {
        using var call = hub.WorkItems(_leaving.Token);
        var answers = new List<Task>();
        try
        {
            await foreach (var item in call.ResponseStream.ReadAllAsync(_leaving.Token))
            {
                Received.Enqueue(item);
                if (script.Answers(item))
                    answers.Add(AnswerAsync(hub, script, item));
            }
        }
        catch (RpcException ended)
        {
            Ended = ended.Status;
        }
        catch (OperationCanceledException)
        {
            // The worker leaves.
        }

        await Task.WhenAll(answers);
    }

    private static async Task AnswerAsync(TaskHub hub, Script script, WorkItem item)
    {
        try
        {
            if (item.WorkflowRequest is not null)
                await hub.CompleteTurnAsync(Answer(script, item));
            else
                await CompleteAsync(hub, script, item);
        }
        catch (RpcException gone) when (gone.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
        {
            // The server stopped; whoever takes over does the work again.
        }
    }

    private static Task CompleteAsync(TaskHub hub, Script script, WorkItem item)
    {
        ActivityResponse response;
        try
        {
            response = Result(item, script.Activity(item.ActivityRequest));
        }
        catch (InvalidOperationException error)
        {
            response = Result(item, null);
            response.FailureDetails = new TaskFailureDetails { ErrorType = nameof(InvalidOperationException), ErrorMessage = error.Message };
        }

        return hub.CompleteActivityAsync(response);
    }
}
