using System.Net;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Secrets;

public sealed class ReadingSecrets(SidecarFixture sidecar) : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await sidecar.RequireAsync(SidecarFixture.SecretStore, "secretstores.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_secret_is_a_map_of_its_name_to_its_value()
    {
        var secret = await sidecar.Grpc.GetSecretAsync(
            new GetSecretRequest { StoreName = SidecarFixture.SecretStore, Key = "simple" }, cancellationToken: Cancellation);

        secret.Data.ShouldBe(new Dictionary<string, string> { ["simple"] = "one" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Nested_names_are_joined_by_a_colon()
    {
        var response = await sidecar.Http.GetStringAsync($"/v1.0/secrets/{SidecarFixture.SecretStore}/nested:inner", Cancellation);

        response.ShouldBe("""{"nested:inner":"two"}""");
    }

    [Fact]
    public async Task Bulk_lists_every_secret()
    {
        var all = await sidecar.Grpc.GetBulkSecretAsync(new GetBulkSecretRequest { StoreName = SidecarFixture.SecretStore }, cancellationToken: Cancellation);

        all.Data.Keys.ShouldBe(["simple", "nested:inner"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_missing_secret_is_internal()
    {
        var error = await Should.ThrowAsync<RpcException>(async () => await sidecar.Grpc.GetSecretAsync(
            new GetSecretRequest { StoreName = SidecarFixture.SecretStore, Key = "none" }, cancellationToken: Cancellation));

        error.StatusCode.ShouldBe(StatusCode.Internal);
    }

    [Fact]
    public async Task An_unknown_store_is_401_over_http() =>
        (await sidecar.Http.GetAsync("/v1.0/secrets/nowhere/simple", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
}
