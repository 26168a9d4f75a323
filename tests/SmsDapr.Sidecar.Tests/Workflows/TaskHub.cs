using Dapr.DurableTask.Protobuf;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>A client of the workers' service, speaking real gRPC.</summary>
internal sealed class TaskHub(Uri address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(address);

    public async Task<string> StartAsync(string name, string id, string? input = null, DateTime? at = null)
    {
        var request = new CreateInstanceRequest { InstanceId = id, Name = name, Input = input };
        if (at is { } start)
            request.ScheduledStartTimestamp = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(start);
        return (await CallAsync<CreateInstanceRequest, CreateInstanceResponse>("StartInstance", request)).InstanceId;
    }

    public Task<GetInstanceResponse> GetAsync(string id, bool payloads = true) =>
        CallAsync<GetInstanceRequest, GetInstanceResponse>("GetInstance", new() { InstanceId = id, GetInputsAndOutputs = payloads });

    public async Task<WorkflowState> CompletionAsync(string id) =>
        (await CallAsync<GetInstanceRequest, GetInstanceResponse>(
            "WaitForInstanceCompletion", new() { InstanceId = id, GetInputsAndOutputs = true })).WorkflowState;

    public async Task<WorkflowState> BeginningAsync(string id) =>
        (await CallAsync<GetInstanceRequest, GetInstanceResponse>(
            "WaitForInstanceStart", new() { InstanceId = id, GetInputsAndOutputs = true })).WorkflowState;

    public Task RaiseAsync(string id, string name, string? input = null) =>
        CallAsync<RaiseEventRequest, RaiseEventResponse>("RaiseEvent", new() { InstanceId = id, Name = name, Input = input });

    public Task SuspendAsync(string id) => CallAsync<SuspendRequest, SuspendResponse>("SuspendInstance", new() { InstanceId = id, Reason = "why" });

    public Task ResumeAsync(string id) => CallAsync<ResumeRequest, ResumeResponse>("ResumeInstance", new() { InstanceId = id, Reason = "why" });

    public Task TerminateAsync(string id, string? output = null, bool recursive = true) =>
        CallAsync<TerminateRequest, TerminateResponse>("TerminateInstance", new() { InstanceId = id, Output = output, Recursive = recursive });

    public async Task<int> PurgeAsync(string id, bool recursive = true, bool force = false) =>
        (await CallAsync<PurgeInstancesRequest, PurgeInstancesResponse>(
            "PurgeInstances", new() { InstanceId = id, Recursive = recursive, Force = force })).DeletedInstanceCount;

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string id) =>
        (await CallAsync<GetInstanceHistoryRequest, GetInstanceHistoryResponse>("GetInstanceHistory", new() { InstanceId = id })).Events;

    public Task<ListInstanceIDsResponse> ListAsync(ListInstanceIDsRequest request) =>
        CallAsync<ListInstanceIDsRequest, ListInstanceIDsResponse>("ListInstanceIDs", request);

    public async Task<string> RerunAsync(RerunWorkflowFromEventRequest request) =>
        (await CallAsync<RerunWorkflowFromEventRequest, RerunWorkflowFromEventResponse>("RerunWorkflowFromEvent", request)).NewInstanceID;

    public Task CompleteTurnAsync(WorkflowResponse response, string method = "CompleteOrchestratorTask") =>
        CallAsync<WorkflowResponse, CompleteTaskResponse>(method, response);

    public Task CompleteActivityAsync(ActivityResponse response) =>
        CallAsync<ActivityResponse, CompleteTaskResponse>("CompleteActivityTask", response);

    public AsyncServerStreamingCall<WorkItem> WorkItems(CancellationToken cancellationToken) =>
        _channel.CreateCallInvoker().AsyncServerStreamingCall(
            Wire<GetWorkItemsRequest, WorkItem>("GetWorkItems", MethodType.ServerStreaming), null, new CallOptions(cancellationToken: cancellationToken), new());

    public void Dispose() => _channel.Dispose();

    public async Task<TResponse> CallAsync<TRequest, TResponse>(string method, TRequest request)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Patience, cancellationToken: TestContext.Current.CancellationToken);
        return await _channel.CreateCallInvoker().AsyncUnaryCall(Wire<TRequest, TResponse>(method, MethodType.Unary), null, options, request);
    }

    private static Method<TRequest, TResponse> Wire<TRequest, TResponse>(string method, MethodType type)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(type, "TaskHubSidecarService", method, Messages<TRequest>(), Messages<TResponse>());

    private static Marshaller<T> Messages<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return Marshallers.Create(message => message.ToByteArray(), bytes => parser.ParseFrom(bytes));
    }
}
