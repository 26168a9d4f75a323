using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class Worker(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    private static readonly Marshaller<Empty> NoContent = Marshallers.Create(message => message.ToByteArray(), Empty.Parser.ParseFrom);

    [Fact]
    public async Task The_service_of_workers_has_no_package_in_its_name()
    {
        var hello = new Method<Empty, Empty>(MethodType.Unary, "TaskHubSidecarService", "Hello", NoContent, NoContent);

        (await Sidecar.Channel.CreateCallInvoker().AsyncUnaryCall(hello, null, new CallOptions(cancellationToken: Cancellation), new Empty())).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_connected_worker_shows_in_the_metadata()
    {
        await StartAsync("echo", "x");

        var metadata = await Sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest(), cancellationToken: Cancellation);

        metadata.Workflows.ConnectedWorkers.ShouldBeGreaterThanOrEqualTo(1);
    }
}
