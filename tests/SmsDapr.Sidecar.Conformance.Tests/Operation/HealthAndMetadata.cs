using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapr.Client.Autogen.Grpc.v1;

namespace SmsDapr.Sidecar.Conformance.Tests.Operation;

public sealed class HealthAndMetadata(SidecarFixture sidecar)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1.0/healthz")]
    [InlineData("/v1.0/healthz/outbound")]
    public async Task Health_is_204_without_a_body(string path)
    {
        if (path == "/v1.0/healthz")
            sidecar.RequireApplication();

        (await sidecar.Http.GetAsync(path, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Health_of_another_app_id_is_500()
    {
        var response = await sidecar.Http.GetAsync("/v1.0/healthz?appid=someone-else", Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync(Cancellation)).ShouldContain("ERR_HEALTH_APPID_NOT_MATCH");
    }

    [Fact]
    public async Task Metadata_lists_the_components()
    {
        var metadata = await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest(), cancellationToken: Cancellation);

        metadata.RegisteredComponents.Select(component => component.Name)
            .ShouldBeSubsetOf([SidecarFixture.StateStore, SidecarFixture.PubSub, SidecarFixture.SecretStore, "every-second", "echo"]);
    }

    [Fact]
    public async Task Metadata_over_http_calls_them_components()
    {
        var metadata = (await sidecar.Http.GetFromJsonAsync<JsonObject>("/v1.0/metadata", Cancellation))!;

        metadata["id"].ShouldNotBeNull();
        metadata["runtimeVersion"].ShouldNotBeNull();
        metadata["components"]!.AsArray().Select(component => (string)component!["name"]!).ShouldContain(SidecarFixture.StateStore);
    }

    [Fact]
    public async Task Metadata_lists_the_subscriptions_of_the_application()
    {
        sidecar.RequireApplication();

        var metadata = await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest(), cancellationToken: Cancellation);

        metadata.Subscriptions.Select(subscription => subscription.Topic).ShouldContain("plain");
        metadata.Subscriptions.Single(subscription => subscription.Topic == "declared").Type.ShouldBe(PubsubSubscriptionType.Declarative);
    }
}
