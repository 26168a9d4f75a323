using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Client;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Tests.Support;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Tests.Client;

/// <summary>Lists, histories and reruns through the client.</summary>
public sealed class LookingBackTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 8, 12, 0, 0, TimeSpan.Zero);

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private FakeSidecar _sidecar = null!;
    private DaprWorkflowClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await FakeSidecar.Start();
        _client = new DaprWorkflowClientBuilder().UseGrpcEndpoint(_sidecar.Endpoint).Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task Ids_come_in_pages()
    {
        var request = Expect<ListInstanceIDsRequest>(_ => new ListInstanceIDsResponse { InstanceIds = { "a", "b" }, ContinuationToken = "next" });

        var page = await _client.ListInstanceIdsAsync("here", 2, _cancellation);

        page.InstanceIds.ShouldBe(["a", "b"]);
        page.ContinuationToken.ShouldBe("next");
        (await request).ShouldBe(new ListInstanceIDsRequest { ContinuationToken = "here", PageSize = 2 });
    }

    [Fact]
    public async Task A_history_lists_its_events_under_the_names_that_the_package_kept()
    {
        _ = Expect<GetInstanceHistoryRequest>(_ => new GetInstanceHistoryResponse
        {
            Events =
            {
                new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTimeOffset(Noon), WorkflowStarted = new WorkflowStartedEvent() },
                new HistoryEvent { EventId = 0, Timestamp = Timestamp.FromDateTimeOffset(Noon), ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent() },
            },
        });

        var history = await _client.GetInstanceHistoryAsync("order-17", _cancellation);

        history.ShouldBe([
            new WorkflowHistoryEvent(-1, WorkflowHistoryEventType.OrchestratorStarted, Noon.UtcDateTime),
            new WorkflowHistoryEvent(0, WorkflowHistoryEventType.SubOrchestrationInstanceCreated, Noon.UtcDateTime)]);
    }

    [Fact]
    public async Task A_rerun_replaces_the_input_only_when_told_to()
    {
        var request = Expect<RerunWorkflowFromEventRequest>(_ => new RerunWorkflowFromEventResponse { NewInstanceID = "order-18" });

        await Should.ThrowAsync<ArgumentException>(() =>
            _client.RerunWorkflowFromEventAsync("order-17", 2, new RerunWorkflowFromEventOptions { Input = 1 }, _cancellation));
        var id = await _client.RerunWorkflowFromEventAsync(
            "order-17", 2, new RerunWorkflowFromEventOptions { NewInstanceId = "order-18", Input = 1, OverwriteInput = true }, _cancellation);

        id.ShouldBe("order-18");
        (await request).ShouldBe(new RerunWorkflowFromEventRequest
        {
            SourceInstanceID = "order-17",
            EventID = 2,
            NewInstanceID = "order-18",
            Input = "1",
            OverwriteInput = true,
        });
    }

    [Fact]
    public void Start_options_are_built_fluently()
    {
        StartWorkflowOptions options = new StartWorkflowOptionsBuilder().WithInstanceId("order-17").StartAt(Noon);

        (options.InstanceId, options.StartAt).ShouldBe(("order-17", Noon));
    }

    private Task<TRequest> Expect<TRequest>(Func<TRequest, object> answer)
    {
        var received = new TaskCompletionSource<TRequest>();
        _sidecar.Hub.OnCall = (request, _) =>
        {
            received.TrySetResult((TRequest)request);
            return Task.FromResult(answer((TRequest)request));
        };
        return received.Task;
    }
}
