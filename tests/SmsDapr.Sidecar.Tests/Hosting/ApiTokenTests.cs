using System.Net;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Grpc.Net.Client;
using DaprGrpc = Dapr.Client.Autogen.Grpc.v1.Dapr;

namespace SmsDapr.Sidecar.Tests.Hosting;

public sealed class ApiTokenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_without_the_token_are_401_but_health_stays_open()
    {
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { ApiToken = "expected" });

        (await sidecar.Http.GetAsync("/v1.0/metadata", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await sidecar.Http.GetAsync("/v1.0/healthz/outbound", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Grpc_calls_need_the_token_too()
    {
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { ApiToken = "expected" });
        using var channel = GrpcChannel.ForAddress(sidecar.Addresses.Grpc);
        var client = new DaprGrpc.DaprClient(channel);

        var refusal = await Should.ThrowAsync<RpcException>(async () => await client.GetMetadataAsync(new GetMetadataRequest(), cancellationToken: Cancellation));
        var metadata = await client.GetMetadataAsync(
            new GetMetadataRequest(), new Metadata { { "dapr-api-token", "expected" } }, cancellationToken: Cancellation);

        refusal.StatusCode.ShouldBe(StatusCode.Unauthenticated);
        metadata.Id.ShouldBe("app");
    }
}
