using Dapr.Client.Autogen.Grpc.v1;
using Dapr.Workflow;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

/// <summary>The workflow methods of the Dapr service, which exist as Alpha1 and Beta1 only.</summary>
public sealed class OverDaprGrpc(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    [Theory]
    [InlineData("Alpha1")]
    [InlineData("Beta1")]
    public async Task An_instance_can_be_led_through_its_life(string stage)
    {
        var started = await CallAsync<StartWorkflowRequest, StartWorkflowResponse>(
            $"StartWorkflow{stage}", new StartWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr", WorkflowName = "steps", Input = ByteString.CopyFromUtf8("\"x\"") });
        started.InstanceId.ShouldBe(Id);
        await StateAsync(state => state.ReadCustomStatusAs<string>() == "waiting");

        await CallAsync<PauseWorkflowRequest, Empty>($"PauseWorkflow{stage}", new PauseWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr" });
        await StateAsync(state => state.RuntimeStatus == WorkflowRuntimeStatus.Suspended);
        await CallAsync<ResumeWorkflowRequest, Empty>($"ResumeWorkflow{stage}", new ResumeWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr" });
        await CallAsync<RaiseEventWorkflowRequest, Empty>(
            $"RaiseEventWorkflow{stage}", new RaiseEventWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr", EventName = "go", EventData = ByteString.CopyFromUtf8("\"y\"") });
        await StateAsync(state => state.ReadCustomStatusAs<string>() == "going");

        var state = await GetAsync(stage);
        state.WorkflowName.ShouldBe("steps");
        state.RuntimeStatus.ShouldBe("RUNNING");
        state.Properties["dapr.workflow.custom_status"].ShouldBe("\"going\"");
        await CallAsync<TerminateWorkflowRequest, Empty>($"TerminateWorkflow{stage}", new TerminateWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr" });
        await EndAsync();
        await CallAsync<PurgeWorkflowRequest, Empty>($"PurgeWorkflow{stage}", new PurgeWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr" });
        (await StateAsync()).Exists.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Alpha1")]
    [InlineData("Beta1")]
    public async Task A_missing_instance_is_not_found(string stage) =>
        (await Should.ThrowAsync<RpcException>(() => GetAsync(stage))).StatusCode.ShouldBe(StatusCode.NotFound);

    private Task<GetWorkflowResponse> GetAsync(string stage) =>
        CallAsync<GetWorkflowRequest, GetWorkflowResponse>($"GetWorkflow{stage}", new GetWorkflowRequest { InstanceId = Id, WorkflowComponent = "dapr" });

    private async Task<TResponse> CallAsync<TRequest, TResponse>(string name, TRequest request)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var method = new Method<TRequest, TResponse>(MethodType.Unary, "dapr.proto.runtime.v1.Dapr", name, Marshaller<TRequest>(), Marshaller<TResponse>());
        return await Sidecar.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Cancellation), request);
    }

    private static Marshaller<T> Marshaller<T>()
        where T : class, IMessage<T>, new() =>
        Marshallers.Create(message => message.ToByteArray(), new MessageParser<T>(() => new T()).ParseFrom);
}
