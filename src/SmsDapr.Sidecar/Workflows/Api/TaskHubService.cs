using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Dispatch;

namespace SmsDapr.Sidecar.Workflows.Api;

/// <summary>The service that workflow workers and clients speak to (<c>/TaskHubSidecarService</c>).</summary>
internal sealed class TaskHubService(WorkflowEngine engine, IHostApplicationLifetime lifetime)
{
    public static Task<Empty> Hello() => Task.FromResult(new Empty());

    public Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context) => Answer(
        async () => new CreateInstanceResponse
        {
            InstanceId = await engine.StartInstanceAsync(request, awaitFirstTurn: true, context.CancellationToken),
        },
        "failed to create workflow instance: ");

    public Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) =>
        Answer(() => engine.GetInstanceAsync(request.InstanceId, request.GetInputsAndOutputs));

    public Task<GetInstanceResponse> WaitForInstanceStart(GetInstanceRequest request, ServerCallContext context) =>
        Answer(() => engine.WaitForStartAsync(request.InstanceId, request.GetInputsAndOutputs, context.CancellationToken));

    public Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context) =>
        Answer(() => engine.WaitForCompletionAsync(request.InstanceId, request.GetInputsAndOutputs, context.CancellationToken));

    public Task<RaiseEventResponse> RaiseEvent(RaiseEventRequest request, ServerCallContext context) => Answer(async () =>
    {
        await engine.RaiseEventAsync(request.InstanceId, request.Name, request.Input);
        return new RaiseEventResponse();
    });

    public Task<TerminateResponse> TerminateInstance(TerminateRequest request, ServerCallContext context) => Answer(
        async () =>
        {
            await engine.TerminateAsync(request.InstanceId, request.Output, request.Recursive);
            await engine.WaitForCompletionAsync(request.InstanceId, payloads: false, context.CancellationToken);
            return new TerminateResponse();
        },
        "failed to submit termination request: ");

    public Task<SuspendResponse> SuspendInstance(SuspendRequest request, ServerCallContext context) => Answer(async () =>
    {
        await engine.SuspendAsync(request.InstanceId, request.Reason);
        await engine.WaitUntilSuspendedAsync(request.InstanceId, context.CancellationToken);
        return new SuspendResponse();
    });

    public Task<ResumeResponse> ResumeInstance(ResumeRequest request, ServerCallContext context) => Answer(async () =>
    {
        await engine.ResumeAsync(request.InstanceId, request.Reason);
        await engine.WaitUntilRunningAsync(request.InstanceId, context.CancellationToken);
        return new ResumeResponse();
    });

    public Task<PurgeInstancesResponse> PurgeInstances(PurgeInstancesRequest request, ServerCallContext context) => Answer(async () =>
    {
        if (request.RequestCase == PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter)
            throw new WorkflowException(StatusCode.Unknown, "multi-instance purge is not available");
        var deleted = await engine.PurgeAsync(request.InstanceId, request.Recursive, request is { HasForce: true, Force: true });
        return new PurgeInstancesResponse { DeletedInstanceCount = deleted, IsComplete = true };
    });

    public Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<DispatchedWork> output, ServerCallContext context) =>
        engine.ServeWorkerAsync(output, context.CancellationToken);

    public Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context) => Answer(async () =>
    {
        await engine.CompleteActivityAsync(request);
        return new CompleteTaskResponse();
    });

    public Task<CompleteTaskResponse> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context) => Answer(async () =>
    {
        await engine.CompleteTurnAsync(request);
        return new CompleteTaskResponse();
    });

    public Task<RerunWorkflowFromEventResponse> RerunWorkflowFromEvent(RerunWorkflowFromEventRequest request, ServerCallContext context) =>
        Answer(async () => new RerunWorkflowFromEventResponse { NewInstanceID = await engine.RerunAsync(request) });

    public Task<ListInstanceIDsResponse> ListInstanceIDs(ListInstanceIDsRequest request, ServerCallContext context) =>
        Answer(() => engine.ListInstancesAsync(request));

    public Task<GetInstanceHistoryResponse> GetInstanceHistory(GetInstanceHistoryRequest request, ServerCallContext context) =>
        Answer(() => engine.GetHistoryAsync(request.InstanceId));

    private async Task<T> Answer<T>(Func<Task<T>> call, string prefix = "")
    {
        try
        {
            return await call();
        }
        catch (WorkflowException refusal)
        {
            throw new RpcException(new Status(refusal.Code, prefix + refusal.Message));
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "shutting down"));
        }
    }
}
