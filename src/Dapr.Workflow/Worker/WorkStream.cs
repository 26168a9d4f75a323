using System.Collections.Concurrent;
using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>
/// One stream of work items and the work that came through it. What is not answered when it ends will be sent again, so unfinished answers end with it:
/// delivered later, they could be taken for the answer to a newer turn.
/// </summary>
internal sealed partial class WorkStream(
    TaskHubSidecarService.TaskHubSidecarServiceClient taskHub,
    WorkItemRunner runner,
    SemaphoreSlim workflows,
    SemaphoreSlim activities,
    WorkerClock clock,
    ILogger logger)
{
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRedeliveryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRedeliveryDelay = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, WorkItem> _latestTurns = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _ended;
    private int _unfinished = 1;
    private volatile bool _isStopping;

    public bool HasReceived { get; private set; }

    /// <summary>Serves the stream until it ends or the worker stops; then lets begun work finish, unless patience runs out.</summary>
    /// <exception cref="RpcException">The stream broke.</exception>
    public async Task Run(CancellationToken stopping, CancellationToken outOfPatience)
    {
        using var end = new CancellationTokenSource();
        _ended = end.Token;
        using var call = taskHub.GetWorkItems(new GetWorkItemsRequest(), cancellationToken: _ended);
        var reading = Read(call.ResponseStream);
        var stopRequested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await using var registration = stopping.Register(stopRequested.SetResult);
            await Task.WhenAny(reading, stopRequested.Task);
            if (!reading.IsCompleted)
            {
                // The stream stays open meanwhile: closing it would make the sidecar repeat what is about to be answered.
                _isStopping = true;
                Finish();
                await Task.WhenAny(reading, _idle.Task, Cancelled(outOfPatience));
            }
        }
        finally
        {
            await end.CancelAsync();
        }

        await reading;
    }

    private static Task Cancelled(CancellationToken token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);

    private async Task Read(IAsyncStreamReader<WorkItem> stream)
    {
        while (await stream.MoveNext(CancellationToken.None))
        {
            HasReceived = true;
            var item = stream.Current;
            if (item.RequestCase == WorkItem.RequestOneofCase.None)
            {
                LogUnknownKind();
                continue;
            }

            if (_isStopping)
                continue;
            if (item.WorkflowRequest is { } turn)
                _latestTurns[turn.InstanceId] = item;
            Interlocked.Increment(ref _unfinished);
            ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Stream.Handle(state.Item), (Stream: this, Item: item), preferLocal: false);
        }
    }

    private async Task Handle(WorkItem item)
    {
        var limit = item.WorkflowRequest is null ? activities : workflows;
        try
        {
            await limit.WaitAsync(_ended);
            try
            {
                if (_isStopping)
                    return;
                if (item.WorkflowRequest is { } turn)
                    await HandleTurn(item, turn);
                else
                    await HandleActivity(item, item.ActivityRequest);
            }
            finally
            {
                limit.Release();
            }
        }
        catch (Exception exception) when (_ended.IsCancellationRequested && exception is OperationCanceledException or RpcException)
        {
            // The sidecar sends it again.
        }
        catch (Exception exception)
        {
            LogUnanswered(exception);
        }
        finally
        {
            Finish();
        }
    }

    private async Task HandleTurn(WorkItem item, WorkflowRequest turn)
    {
        try
        {
            var response = await runner.RunTurn(turn, item.CompletionToken);
            await Deliver(
                options => taskHub.CompleteOrchestratorTaskAsync(response, options),
                turn.InstanceId,
                isSettled: () => !_latestTurns.TryGetValue(turn.InstanceId, out var latest) || latest != item);
        }
        finally
        {
            _latestTurns.TryRemove(KeyValuePair.Create(turn.InstanceId, item));
        }
    }

    private async Task HandleActivity(WorkItem item, ActivityRequest activity)
    {
        var response = await runner.RunActivity(activity, item.CompletionToken);
        await Deliver(options => taskHub.CompleteActivityTaskAsync(response, options), response.InstanceId, isSettled: static () => false);
    }

    /// <param name="send">The completion call.</param>
    /// <param name="instanceId">For the log.</param>
    /// <param name="isSettled">
    /// Whether a newer turn of the instance shows that the answer did arrive. The completion token is empty in practice, so sending it again would
    /// answer the newer turn.
    /// </param>
    private async Task Deliver(Func<CallOptions, AsyncUnaryCall<CompleteTaskResponse>> send, string instanceId, Func<bool> isSettled)
    {
        for (var attempt = 1; !_ended.IsCancellationRequested && !isSettled(); attempt++)
        {
            try
            {
                // gRPC counts deadlines in real time.
                var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + DeliveryTimeout;
                await send(new CallOptions(deadline: deadline, cancellationToken: _ended));
                return;
            }
            catch (RpcException exception) when (!_ended.IsCancellationRequested)
            {
                LogDeliveryFailed(instanceId, exception.StatusCode, attempt);
            }

            await clock.BackOff(attempt, FirstRedeliveryDelay, LongestRedeliveryDelay, _ended);
        }
    }

    private void Finish()
    {
        if (Interlocked.Decrement(ref _unfinished) == 0)
            _idle.TrySetResult();
    }

    [LoggerMessage(20, LogLevel.Warning, "The sidecar sent a kind of work that this library does not know; ignored")]
    private partial void LogUnknownKind();

    [LoggerMessage(21, LogLevel.Warning, "The outcome of instance {InstanceId} could not be delivered ({Status}, attempt {Attempt}); trying again")]
    private partial void LogDeliveryFailed(string instanceId, StatusCode status, int attempt);

    [LoggerMessage(22, LogLevel.Error, "A work item was left unanswered")]
    private partial void LogUnanswered(Exception exception);
}
