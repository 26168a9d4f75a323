using System.Threading.Channels;
using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Tests.Support;

/// <summary>A TaskHubSidecarService on a free port that does what the test says.</summary>
internal sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly FakeTaskHub? _hub;

    private FakeSidecar(WebApplication app, FakeTaskHub? hub)
    {
        _app = app;
        _hub = hub;
        Endpoint = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public FakeTaskHub Hub => _hub ?? throw new InvalidOperationException("This sidecar runs another hub.");

    public string Endpoint { get; }

    public static Task<FakeSidecar> Start() => Start(new FakeTaskHub());

    public static async Task<FakeSidecar> Start<THub>(THub hub)
        where THub : TaskHubSidecarService.TaskHubSidecarServiceBase
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(hub);
        var app = builder.Build();
        app.MapGrpcService<THub>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FakeSidecar(app, hub as FakeTaskHub);
    }

    public async ValueTask DisposeAsync()
    {
        _hub?.EndStreams();
        await _app.DisposeAsync();
    }
}

internal sealed class FakeTaskHub : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private readonly Channel<WorkStreamSide> _opened = Channel.CreateUnbounded<WorkStreamSide>();
    private readonly Channel<WorkflowResponse> _turns = Channel.CreateUnbounded<WorkflowResponse>();
    private readonly Channel<ActivityResponse> _activities = Channel.CreateUnbounded<ActivityResponse>();
    private readonly List<WorkStreamSide> _streams = [];

    /// <summary>Called for each completion before it is accepted; an exception refuses it.</summary>
    public Func<ServerCallContext, Task> OnCompletion { get; set; } = _ => Task.CompletedTask;

    /// <summary>What unary calls other than completions answer.</summary>
    public Func<object, ServerCallContext, Task<object>> OnCall { get; set; } = (_, _) => throw new RpcException(new Status(StatusCode.Unimplemented, ""));

    public int Opened { get; private set; }

    public ValueTask<WorkStreamSide> NextStream() => _opened.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ValueTask<WorkflowResponse> NextTurn() => _turns.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ValueTask<ActivityResponse> NextActivity() => _activities.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool HasMoreActivities => _activities.Reader.TryPeek(out _);

    public void EndStreams()
    {
        lock (_streams)
            _streams.ForEach(static stream => stream.End());
    }

    public override async Task GetWorkItems(GetWorkItemsRequest request, IServerStreamWriter<WorkItem> responseStream, ServerCallContext context)
    {
        var side = new WorkStreamSide(context.RequestHeaders.GetValue("dapr-api-token"));
        lock (_streams)
        {
            _streams.Add(side);
            Opened++;
        }

        await _opened.Writer.WriteAsync(side);
        try
        {
            await foreach (var item in side.Items.Reader.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(item, context.CancellationToken);
        }
        finally
        {
            side.Closed.SetResult();
        }
    }

    public override async Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context)
    {
        await OnCompletion(context);
        await _turns.Writer.WriteAsync(request);
        return new CompleteTaskResponse();
    }

    public override async Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        await OnCompletion(context);
        await _activities.Writer.WriteAsync(request);
        return new CompleteTaskResponse();
    }

    public override Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context) => Answer<CreateInstanceResponse>(request, context);

    public override Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) => Answer<GetInstanceResponse>(request, context);

    public override Task<GetInstanceResponse> WaitForInstanceStart(GetInstanceRequest request, ServerCallContext context) => Answer<GetInstanceResponse>(request, context);

    public override Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context) => Answer<GetInstanceResponse>(request, context);

    public override Task<RaiseEventResponse> RaiseEvent(RaiseEventRequest request, ServerCallContext context) => Answer<RaiseEventResponse>(request, context);

    public override Task<TerminateResponse> TerminateInstance(TerminateRequest request, ServerCallContext context) => Answer<TerminateResponse>(request, context);

    public override Task<SuspendResponse> SuspendInstance(SuspendRequest request, ServerCallContext context) => Answer<SuspendResponse>(request, context);

    public override Task<ResumeResponse> ResumeInstance(ResumeRequest request, ServerCallContext context) => Answer<ResumeResponse>(request, context);

    public override Task<PurgeInstancesResponse> PurgeInstances(PurgeInstancesRequest request, ServerCallContext context) => Answer<PurgeInstancesResponse>(request, context);

    public override Task<ListInstanceIDsResponse> ListInstanceIDs(ListInstanceIDsRequest request, ServerCallContext context) => Answer<ListInstanceIDsResponse>(request, context);

    public override Task<GetInstanceHistoryResponse> GetInstanceHistory(GetInstanceHistoryRequest request, ServerCallContext context) => Answer<GetInstanceHistoryResponse>(request, context);

    public override Task<RerunWorkflowFromEventResponse> RerunWorkflowFromEvent(RerunWorkflowFromEventRequest request, ServerCallContext context) => Answer<RerunWorkflowFromEventResponse>(request, context);

    private async Task<T> Answer<T>(object request, ServerCallContext context) => (T)await OnCall(request, context);
}

/// <summary>The sidecar's end of one stream of work items.</summary>
internal sealed class WorkStreamSide(string? token)
{
    public Channel<WorkItem> Items { get; } = Channel.CreateUnbounded<WorkItem>();

    public string? Token { get; } = token;

    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Send(WorkItem item) => Items.Writer.TryWrite(item);

    public void End() => Items.Writer.TryComplete();

    public void Break() => Items.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, "shutting down")));
}
