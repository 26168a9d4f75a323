using System.Diagnostics;
using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Client;

public sealed class DaprWorkflowClientTests : IAsyncLifetime
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
    public async Task Starting_sends_name_id_input_and_start_time()
    {
        var request = Expect<CreateInstanceRequest>(start => new CreateInstanceResponse { InstanceId = start.InstanceId });

        var id = await _client.ScheduleNewWorkflowAsync("Order", "order-17", new { Amount = 3 }, Noon, _cancellation);

        id.ShouldBe("order-17");
        var sent = await request;
        (sent.Name, sent.InstanceId, sent.Input).ShouldBe(("Order", "order-17", """{"amount":3}"""));
        sent.ScheduledStartTimestamp.ToDateTimeOffset().ShouldBe(Noon);
    }

    [Fact]
    public async Task Starting_without_an_id_draws_one_and_passes_the_trace_on()
    {
        using var activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        var request = Expect<CreateInstanceRequest>(start => new CreateInstanceResponse { InstanceId = start.InstanceId });

        var id = await _client.ScheduleNewWorkflowAsync("Order");

        Guid.TryParse(id, out _).ShouldBeTrue();
        var sent = await request;
        sent.Input.ShouldBe("");
        sent.ScheduledStartTimestamp.ShouldBeNull();
        sent.ParentTraceContext.TraceParent.ShouldBe(activity.Id);
    }

    [Fact]
    public async Task A_call_ends_with_its_token_even_when_the_sidecar_never_answers()
    {
        using var impatience = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        _sidecar.Hub.OnCall = async (_, context) =>
        {
            asked.SetResult();
            return await new TaskCompletionSource<object>().Task.WaitAsync(context.CancellationToken);
        };

        var starting = _client.ScheduleNewWorkflowAsync("Order", "order-17", null, (DateTimeOffset?)null, impatience.Token);
        await asked.Task;
        await impatience.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => starting);
    }

    [Fact]
    public async Task A_call_ends_with_the_default_timeout_when_there_is_one()
    {
        _sidecar.Hub.OnCall = (_, context) => new TaskCompletionSource<object>().Task.WaitAsync(context.CancellationToken);
        await using var client = new DaprWorkflowClientBuilder().UseGrpcEndpoint(_sidecar.Endpoint).UseTimeout(TimeSpan.FromMilliseconds(50)).Build();

        var exception = await Should.ThrowAsync<RpcException>(() => client.ScheduleNewWorkflowAsync("Order"));

        exception.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task A_state_has_everything_that_the_sidecar_said()
    {
        _ = Expect<GetInstanceRequest>(_ => new GetInstanceResponse
        {
            Exists = true,
            WorkflowState = new DurableTask.Protobuf.WorkflowState
            {
                Name = "Order",
                WorkflowStatus = OrchestrationStatus.Failed,
                CreatedTimestamp = Timestamp.FromDateTimeOffset(Noon),
                LastUpdatedTimestamp = Timestamp.FromDateTimeOffset(Noon.AddHours(1)),
                Input = "1",
                Output = "2",
                CustomStatus = "\"three\"",
                FailureDetails = new TaskFailureDetails { ErrorType = "System.Exception", ErrorMessage = "broken" },
            },
        });

        var state = await _client.GetWorkflowStateAsync("order-17", cancellation: _cancellation);

        (state.Exists, state.WorkflowName, state.RuntimeStatus, state.IsWorkflowCompleted, state.IsWorkflowRunning)
            .ShouldBe((true, "Order", WorkflowRuntimeStatus.Failed, true, false));
        (state.CreatedAt, state.LastUpdatedAt).ShouldBe((Noon, Noon.AddHours(1)));
        (state.ReadInputAs<int>(), state.ReadOutputAs<int>(), state.ReadCustomStatusAs<string>()).ShouldBe((1, 2, "three"));
        state.FailureDetails!.ToString().ShouldBe("System.Exception: broken");
    }

    [Theory]
    [InlineData(StatusCode.OK, "")]
    [InlineData(StatusCode.NotFound, "workflow instance 'x' not found")]
    [InlineData(StatusCode.Unknown, "failed: no such instance exists")]
    public async Task A_missing_instance_has_a_state_that_does_not_exist(StatusCode code, string detail)
    {
        _ = Expect<GetInstanceRequest>(_ => code == StatusCode.OK ? new GetInstanceResponse() : throw new RpcException(new Status(code, detail)));

        var state = await _client.GetWorkflowStateAsync("order-17", cancellation: _cancellation);

        (state.Exists, state.RuntimeStatus, state.IsWorkflowCompleted, state.ReadOutputAs<int>()).ShouldBe((false, WorkflowRuntimeStatus.Unknown, false, 0));
    }

    [Fact]
    public async Task Other_errors_reach_the_caller_unchanged()
    {
        _ = Expect<RaiseEventRequest>(_ => throw new RpcException(new Status(StatusCode.Unknown, "no such instance exists")));

        var exception = await Should.ThrowAsync<RpcException>(() => _client.RaiseEventAsync("order-17", "tick", cancellation: _cancellation));

        exception.Status.Detail.ShouldBe("no such instance exists");
    }

    [Fact]
    public async Task Waiting_for_the_end_goes_on_after_a_lost_connection_and_reads_the_payload_at_the_end()
    {
        var waits = 0;
        _sidecar.Hub.OnCall = (request, _) =>
        {
            var asked = (GetInstanceRequest)request;
            if (!asked.GetInputsAndOutputs && Interlocked.Increment(ref waits) < 3)
                throw new RpcException(new Status(waits == 1 ? StatusCode.Unavailable : StatusCode.DeadlineExceeded, ""));
            return Task.FromResult<object>(new GetInstanceResponse
            {
                Exists = true,
                WorkflowState = new DurableTask.Protobuf.WorkflowState { WorkflowStatus = OrchestrationStatus.Completed, Output = asked.GetInputsAndOutputs ? "7" : null },
            });
        };

        var state = await _client.WaitForWorkflowCompletionAsync("order-17", cancellation: _cancellation);

        state.ReadOutputAs<int>().ShouldBe(7);
        waits.ShouldBe(3);
    }

    [Fact]
    public async Task Waiting_for_what_the_sidecar_says_is_missing_fails()
    {
        _ = Expect<GetInstanceRequest>(_ => new GetInstanceResponse());

        await Should.ThrowAsync<InvalidOperationException>(() => _client.WaitForWorkflowStartAsync("order-17", cancellation: _cancellation));
    }

    [Fact]
    public async Task Events_terminations_and_pauses_carry_what_they_were_given()
    {
        var raised = Expect<RaiseEventRequest>(_ => new RaiseEventResponse());
        await _client.RaiseEventAsync("order-17", "Tick", new { N = 1 }, _cancellation);
        (await raised).ShouldBe(new RaiseEventRequest { InstanceId = "order-17", Name = "Tick", Input = """{"n":1}""" });

        var terminated = Expect<TerminateRequest>(_ => new TerminateResponse());
        await _client.TerminateWorkflowAsync("order-17", "stop", _cancellation);
        (await terminated).ShouldBe(new TerminateRequest { InstanceId = "order-17", Output = "\"stop\"", Recursive = true });

        var suspended = Expect<SuspendRequest>(_ => new SuspendResponse());
        await _client.SuspendWorkflowAsync("order-17", cancellation: _cancellation);
        (await suspended).ShouldBe(new SuspendRequest { InstanceId = "order-17", Reason = "" });

        var resumed = Expect<ResumeRequest>(_ => new ResumeResponse());
        await _client.ResumeWorkflowAsync("order-17", "go on", _cancellation);
        (await resumed).ShouldBe(new ResumeRequest { InstanceId = "order-17", Reason = "go on" });
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public async Task Purging_tells_whether_anything_was_deleted(int deleted, bool expected)
    {
        var request = Expect<PurgeInstancesRequest>(_ => new PurgeInstancesResponse { DeletedInstanceCount = deleted });

        (await _client.PurgeInstanceAsync("order-17", _cancellation)).ShouldBe(expected);

        (await request).ShouldBe(new PurgeInstancesRequest { InstanceId = "order-17", Recursive = true });
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
