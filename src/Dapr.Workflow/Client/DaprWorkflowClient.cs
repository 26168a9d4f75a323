using System.Diagnostics;
using Dapr.Common.Serialization;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Client;
using Dapr.Workflow.Worker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TaskHub = Dapr.DurableTask.Protobuf.TaskHubSidecarService.TaskHubSidecarServiceClient;

namespace Dapr.Workflow;

/// <summary>Starts, watches and steers workflow instances through the sidecar. Safe for use by many threads.</summary>
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private static readonly TimeSpan FirstWaitRetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWaitRetryDelay = TimeSpan.FromSeconds(15);

    private readonly TaskHub _taskHub;
    private readonly IDaprSerializer _serializer;
    private readonly TimeSpan? _timeout;
    private readonly IDisposable? _ownedChannel;

    internal DaprWorkflowClient(TaskHub taskHub, IDaprSerializer serializer, TimeSpan? timeout, IDisposable? ownedChannel)
    {
        _taskHub = taskHub;
        _serializer = serializer;
        _timeout = timeout;
        _ownedChannel = ownedChannel;
    }

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        Schedule(name, input, new StartWorkflowOptions { InstanceId = instanceId }, CancellationToken.None);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        Schedule(name, input, new StartWorkflowOptions { InstanceId = instanceId, StartAt = startTime }, CancellationToken.None);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default) =>
        Schedule(name, input, new StartWorkflowOptions { InstanceId = instanceId, StartAt = startTime }, cancellation);

    /// <inheritdoc/>
    public async Task<WorkflowState> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        var request = InstanceRequest(instanceId, getInputsAndOutputs);
        try
        {
            var response = await Call(_taskHub.GetInstanceAsync, request, cancellation);
            return new WorkflowState(response.Exists ? response.WorkflowState : null, _serializer);
        }
        catch (RpcException exception) when (SaysMissing(exception))
        {
            return new WorkflowState(null, _serializer);
        }
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default) =>
        new(await Wait(_taskHub.WaitForInstanceStartAsync, InstanceRequest(instanceId, getInputsAndOutputs), cancellation), _serializer);

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        // Payloads are read once at the end; the wait itself sends a state for every change.
        await Wait(_taskHub.WaitForInstanceCompletionAsync, InstanceRequest(instanceId, getInputsAndOutputs: false), cancellation);
        return await GetWorkflowStateAsync(instanceId, getInputsAndOutputs, cancellation);
    }

    /// <inheritdoc/>
    public Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return Call(_taskHub.RaiseEventAsync, new RaiseEventRequest { InstanceId = instanceId, Name = eventName, Input = Write(eventPayload) }, cancellation);
    }

    /// <inheritdoc/>
    public Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Call(_taskHub.TerminateInstanceAsync, new TerminateRequest { InstanceId = instanceId, Output = Write(output), Recursive = true }, cancellation);
    }

    /// <inheritdoc/>
    public Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Call(_taskHub.SuspendInstanceAsync, new SuspendRequest { InstanceId = instanceId, Reason = reason ?? "" }, cancellation);
    }

    /// <inheritdoc/>
    public Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Call(_taskHub.ResumeInstanceAsync, new ResumeRequest { InstanceId = instanceId, Reason = reason ?? "" }, cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        try
        {
            var response = await Call(_taskHub.PurgeInstancesAsync, new PurgeInstancesRequest { InstanceId = instanceId, Recursive = true }, cancellation);
            return response.DeletedInstanceCount > 0;
        }
        catch (RpcException exception) when (SaysMissing(exception))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default)
    {
        var request = new ListInstanceIDsRequest();
        if (continuationToken is not null)
            request.ContinuationToken = continuationToken;
        if (pageSize is { } size)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(pageSize));
            request.PageSize = (uint)size;
        }

        var response = await Call(_taskHub.ListInstanceIDsAsync, request, cancellation);
        return new WorkflowInstancePage([.. response.InstanceIds], response.HasContinuationToken ? response.ContinuationToken : null);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var response = await Call(_taskHub.GetInstanceHistoryAsync, new GetInstanceHistoryRequest { InstanceId = instanceId }, cancellation);
        return [.. response.Events.Select(HistoryEvents.ToPublic)];
    }

    /// <inheritdoc/>
    public async Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceInstanceId);
        if (options is { Input: not null, OverwriteInput: false })
            throw new ArgumentException("An input is used only together with OverwriteInput.", nameof(options));

        var request = new RerunWorkflowFromEventRequest { SourceInstanceID = sourceInstanceId, EventID = eventId };
        if (options?.NewInstanceId is { } newInstanceId)
            request.NewInstanceID = newInstanceId;
        if (options is { OverwriteInput: true })
        {
            request.OverwriteInput = true;
            request.Input = Write(options.Input);
        }

        var response = await Call(_taskHub.RerunWorkflowFromEventAsync, request, cancellation);
        return response.NewInstanceID;
    }

    /// <summary>Closes the client's own connection, if it has one; clients from a service provider share theirs.</summary>
    public void Dispose() => _ownedChannel?.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static GetInstanceRequest InstanceRequest(string instanceId, bool getInputsAndOutputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
    }

    private static bool SaysMissing(RpcException exception) =>
        exception.StatusCode == StatusCode.NotFound
        || exception.Status.Detail.Contains("no such instance exists", StringComparison.OrdinalIgnoreCase);

    private async Task<string> Schedule(string name, object? input, StartWorkflowOptions options, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new CreateInstanceRequest
        {
            InstanceId = options.InstanceId ?? Guid.NewGuid().ToString(),
            Name = name,
            Input = Write(input),
        };
        if (options.StartAt is { } startAt)
            request.ScheduledStartTimestamp = Timestamp.FromDateTimeOffset(startAt);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } traceParent } activity)
            request.ParentTraceContext = new TraceContext { TraceParent = traceParent, TraceState = activity.TraceStateString };

        var response = await Call(_taskHub.StartInstanceAsync, request, cancellation);
        return response.InstanceId;
    }

    private string Write(object? value) => _serializer.Serialize(value, value?.GetType());

    private async Task<TResponse> Call<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, CancellationToken cancellation)
    {
        // gRPC counts deadlines in real time.
        DateTime? deadline = _timeout is { } timeout ? TimeProvider.System.GetUtcNow().UtcDateTime + timeout : null;
        return await Invoke(method, request, new CallOptions(deadline: deadline, cancellationToken: cancellation));
    }

    private static async Task<TResponse> Invoke<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method, TRequest request, CallOptions options)
    {
        try
        {
            return await method(request, options);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && options.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Status.Detail, exception, options.CancellationToken);
        }
    }

    private static async Task<DurableTask.Protobuf.WorkflowState> Wait(
        Func<GetInstanceRequest, CallOptions, AsyncUnaryCall<GetInstanceResponse>> method, GetInstanceRequest request, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await Invoke(method, request, new CallOptions(cancellationToken: cancellation));
                return response.Exists
                    ? response.WorkflowState
                    : throw new InvalidOperationException($"There is no workflow instance '{request.InstanceId}'.");
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Unavailable)
            {
                // A sidecar that restarts, or a proxy that limits calls, does not end a wait that has no limit of its own.
                await WorkerClock.Real.BackOff(attempt, FirstWaitRetryDelay, LongestWaitRetryDelay, cancellation);
            }
        }
    }
}
