using System.Text.RegularExpressions;
using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace SmsDapr.Sidecar.Workflows.Api;

/// <summary>A refusal of the workflow API, as HTTP and as gRPC clients see it.</summary>
internal sealed class WorkflowApiException(int httpStatus, StatusCode grpcCode, string errorCode, string message) : Exception(message)
{
    public int HttpStatus { get; } = httpStatus;

    public StatusCode GrpcCode { get; } = grpcCode;

    public string ErrorCode { get; } = errorCode;
}

/// <summary>
/// The workflow calls of daprd's own API: HTTP <c>/v1.0/workflows</c> and the <c>…Alpha1</c>/<c>…Beta1</c> methods of the Dapr gRPC service.
/// Unlike the workers' service they do not wait for the workflow to act.
/// </summary>
internal sealed partial class WorkflowApi(WorkflowEngine engine)
{
    private const int MaxIdLength = 64;

    public Task<string> StartAsync(string name, string? instanceId, string? input, DateTimeOffset? startAt, CancellationToken cancellationToken)
    {
        if (name.Length == 0)
            throw new WorkflowApiException(400, StatusCode.InvalidArgument, "ERR_WORKFLOW_NAME_MISSING", "workflow name is not configured");
        if (instanceId is { Length: > MaxIdLength })
        {
            throw new WorkflowApiException(
                400, StatusCode.InvalidArgument, "ERR_INSTANCE_ID_TOO_LONG", $"workflow instance ID exceeds the max length of {MaxIdLength} characters");
        }

        if (!string.IsNullOrEmpty(instanceId) && !ValidId().IsMatch(instanceId))
        {
            throw new WorkflowApiException(
                400, StatusCode.InvalidArgument, "ERR_INSTANCE_ID_INVALID",
                $"workflow instance ID '{instanceId}' is invalid: only alphanumeric, dash and underscore characters are allowed");
        }

        var request = new CreateInstanceRequest
        {
            InstanceId = instanceId ?? "",
            Name = name,
            Input = input,
            ScheduledStartTimestamp = startAt?.ToTimestamp(),
        };
        return Call(
            () => engine.StartInstanceAsync(request, awaitFirstTurn: false, cancellationToken), "ERR_START_WORKFLOW", $"error starting workflow '{name}'");
    }

    public async Task<WorkflowState> GetAsync(string instanceId)
    {
        var answer = await Call(() => engine.GetInstanceAsync(instanceId, payloads: true), "ERR_GET_WORKFLOW", $"error getting workflow instance '{instanceId}'");
        return answer.Exists ? answer.WorkflowState : throw NotFound(instanceId);
    }

    public Task RaiseEventAsync(string instanceId, string eventName, string? input)
    {
        if (eventName.Length == 0)
            throw new WorkflowApiException(400, StatusCode.InvalidArgument, "ERR_WORKFLOW_EVENT_NAME_MISSING", "missing workflow event name");
        return Call(
            () => engine.RaiseEventAsync(instanceId, eventName, input), "ERR_RAISE_EVENT_WORKFLOW", $"error raising event on workflow '{instanceId}'");
    }

    public Task PauseAsync(string instanceId) =>
        Call(() => engine.SuspendAsync(instanceId, reason: null), "ERR_PAUSE_WORKFLOW", $"error pausing workflow {instanceId}");

    public Task ResumeAsync(string instanceId) =>
        Call(() => engine.ResumeAsync(instanceId, reason: null), "ERR_RESUME_WORKFLOW", $"error resuming workflow {instanceId}");

    public Task TerminateAsync(string instanceId) => Call(
        () => engine.TerminateAsync(instanceId, output: null, recursive: true), "ERR_TERMINATE_WORKFLOW", $"error terminating workflow '{instanceId}'", instanceId);

    public Task PurgeAsync(string instanceId) => Call(
        () => engine.PurgeAsync(instanceId, recursive: true, force: false), "ERR_PURGE_WORKFLOW", $"error purging workflow '{instanceId}'", instanceId);

    private static Task<bool> Call(Func<Task> call, string errorCode, string message, string? mayBeMissing = null) => Call(
        async () =>
        {
            await call();
            return true;
        },
        errorCode, message, mayBeMissing);

    private static async Task<T> Call<T>(Func<Task<T>> call, string errorCode, string message, string? mayBeMissing = null)
    {
        try
        {
            return await call();
        }
        catch (WorkflowException refusal) when (mayBeMissing is not null && refusal.IsMissing)
        {
            throw NotFound(mayBeMissing);
        }
        catch (Exception error) when (error is WorkflowException or RpcException)
        {
            var reason = error is RpcException rpc ? rpc.Status.Detail : error.Message;
            throw new WorkflowApiException(500, StatusCode.Internal, errorCode, $"{message}: {reason}");
        }
    }

    private static WorkflowApiException NotFound(string instanceId) => new(
        404, StatusCode.NotFound, "ERR_INSTANCE_ID_NOT_FOUND", $"unable to find workflow with the provided instance ID: {instanceId}");

    [GeneratedRegex("^[A-Za-z0-9_-]+$")]
    private static partial Regex ValidId();
}
