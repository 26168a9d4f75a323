using System.Collections.Concurrent;
using System.Threading.Channels;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Support;

/// <summary>A small engine that keeps its histories but breaks streams and refuses answers, by a seeded plan.</summary>
internal sealed class UnreliableEngine(int instances, int seed) : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private readonly Random _chance = new(seed);
    private readonly ConcurrentDictionary<string, Instance> _instances = new();
    private readonly ConcurrentDictionary<string, WorkItem> _pending = new();
    private readonly Channel<WorkItem> _work = Channel.CreateUnbounded<WorkItem>();
    private readonly TaskCompletionSource _allOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _over;
    private int _tokens;

    public Task AllOver => _allOver.Task;

    public int Breaks { get; private set; }

    public IReadOnlyDictionary<string, CompleteWorkflowAction?> Outcomes => _instances.ToDictionary(entry => entry.Key, entry => entry.Value.Outcome);

    public void Start(string name, string id, string input)
    {
        var instance = _instances[id] = new Instance(id);
        Deliver(instance, new HistoryEvent { EventId = -1, ExecutionStarted = new ExecutionStartedEvent { Name = name, Input = input } });
    }

    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        var handedOut = new List<WorkItem>();
        var lifetime = Chance(10, 60);
        try
        {
            while (handedOut.Count < lifetime)
            {
                var item = await _work.Reader.ReadAsync(context.CancellationToken);
                handedOut.Add(item);
                await responseStream.WriteAsync(item, context.CancellationToken);
            }

            Breaks++;
            throw new RpcException(new Status(StatusCode.Unavailable, "broken"));
        }
        finally
        {
            foreach (var lost in handedOut.Where(item => _pending.ContainsKey(item.CompletionToken)))
                _work.Writer.TryWrite(lost);
        }
    }

    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context)
    {
        RefuseSometimes();
        if (_pending.TryRemove(request.CompletionToken, out _))
            Commit(_instances[request.InstanceId], request);
        return Task.FromResult(new CompleteTaskResponse());
    }

    public override Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        RefuseSometimes();
        if (_pending.TryRemove(request.CompletionToken, out _))
        {
            Deliver(
                _instances[request.InstanceId],
                new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = request.TaskId, Result = request.Result } });
        }

        return Task.FromResult(new CompleteTaskResponse());
    }

    private static HistoryEvent At(HistoryEvent happened)
    {
        happened.Timestamp = Timestamp.FromDateTime(ScriptedEngine.Start);
        return happened;
    }

    private void RefuseSometimes()
    {
        if (Chance(0, 10) == 0)
            throw new RpcException(new Status(StatusCode.Unavailable, "refused"));
    }

    private int Chance(int from, int below)
    {
        lock (_chance)
            return _chance.Next(from, below);
    }

    private void Commit(Instance instance, WorkflowResponse response)
    {
        lock (instance)
        {
            instance.History.AddRange(instance.Batch);
            instance.Batch.Clear();
            foreach (var action in response.Actions)
            {
                if (action.ScheduleTask is { } task)
                {
                    instance.History.Add(At(new HistoryEvent { EventId = action.Id, TaskScheduled = new TaskScheduledEvent { Name = task.Name } }));
                    Send(new WorkItem
                    {
                        ActivityRequest = new ActivityRequest
                        {
                            Name = task.Name,
                            Input = task.Input,
                            TaskId = action.Id,
                            WorkflowInstance = new WorkflowInstance { InstanceId = instance.Id },
                        },
                    });
                }
                else if (action.CreateTimer is not null)
                {
                    instance.History.Add(At(new HistoryEvent { EventId = action.Id, TimerCreated = new TimerCreatedEvent() }));
                    instance.Inbox.Add(At(new HistoryEvent { EventId = -1, TimerFired = new TimerFiredEvent { TimerId = action.Id } }));
                }
                else if (action.CompleteWorkflow is { } completion)
                {
                    instance.Outcome = completion;
                    if (Interlocked.Increment(ref _over) == instances)
                        _allOver.TrySetResult();
                    return;
                }
            }

            TakeTurn(instance);
        }
    }

    private void Deliver(Instance instance, HistoryEvent happened)
    {
        lock (instance)
        {
            instance.Inbox.Add(At(happened));
            TakeTurn(instance);
        }
    }

    private void TakeTurn(Instance instance)
    {
        if (instance.Batch.Count > 0 || instance.Inbox.Count == 0 || instance.Outcome is not null)
            return;
        instance.Batch.Add(At(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }));
        instance.Batch.AddRange(instance.Inbox);
        instance.Inbox.Clear();
        Send(new WorkItem { WorkflowRequest = new WorkflowRequest { InstanceId = instance.Id, PastEvents = { instance.History }, NewEvents = { instance.Batch } } });
    }

    private void Send(WorkItem item)
    {
        item.CompletionToken = $"{Interlocked.Increment(ref _tokens)}";
        _pending[item.CompletionToken] = item;
        _work.Writer.TryWrite(item);
    }

    private sealed class Instance(string id)
    {
        public string Id { get; } = id;

        public List<HistoryEvent> History { get; } = [];

        public List<HistoryEvent> Inbox { get; } = [];

        public List<HistoryEvent> Batch { get; } = [];

        public CompleteWorkflowAction? Outcome { get; set; }
    }
}
