using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Secrets;

namespace SmsDapr.Sidecar.Tests.Components;

public sealed class MetadataResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_secret_reference_becomes_its_value()
    {
        var spec = await ResolveAsync(new MetadataEntry("password", null, new SecretKeyReference("db:password", "db:password"), null), "secrets");

        spec.Text("PASSWORD").ShouldBe("hunter2");
    }

    [Fact]
    public async Task A_secret_that_is_missing_is_named_without_its_value()
    {
        var failure = await Should.ThrowAsync<SidecarStartException>(() =>
            ResolveAsync(new MetadataEntry("password", null, new SecretKeyReference("db:user", "db:user"), null), "secrets"));

        failure.Message.ShouldBe("c.yaml: component 'c': metadata 'password': secret 'db:user' has no key 'db:user' in store 'secrets'");
    }

    [Fact]
    public async Task A_secret_store_that_is_not_loaded_is_named()
    {
        var failure = await Should.ThrowAsync<SidecarStartException>(() =>
            ResolveAsync(new MetadataEntry("password", null, new SecretKeyReference("x", "x"), null), null));

        failure.Message.ShouldContain("secret store 'kubernetes' is not loaded");
    }

    [Theory]
    [InlineData("APP_API_TOKEN")]
    [InlineData("dapr_http_port")]
    [InlineData("A B")]
    public async Task Variables_of_the_sidecar_itself_must_not_be_used(string variable)
    {
        var failure = await Should.ThrowAsync<SidecarStartException>(() => ResolveAsync(new MetadataEntry("x", null, null, variable), null));

        failure.Message.ShouldContain("must not be used");
    }

    [Fact]
    public async Task Template_values_are_filled_in()
    {
        var spec = await ResolveAsync(new MetadataEntry("consumerID", "{appID}-{namespace}-{uuid}", null, null), null);

        spec.Text("consumerID")!.ShouldStartWith("app-default.app-");
        Guid.TryParse(spec.Text("consumerID")!["app-default.app-".Length..], out _).ShouldBeTrue();
    }

    private async Task<ComponentSpec> ResolveAsync(MetadataEntry entry, string? secretStore)
    {
        var file = _directory.Write("secrets.json", """{ "db": { "password": "hunter2" } }""");
        await using var secrets = new LocalFileSecretStore(Specs.Of("secretstores.local.file", ("secretsFile", file)));
        await secrets.OpenAsync(Cancellation);
        var resolver = new MetadataResolver(new SidecarOptions { AppId = "app" }, new Dictionary<string, ISecretStore> { ["secrets"] = secrets });
        var manifest = new ComponentManifest("c", "state.in-memory", "v1", [entry], secretStore, false, TimeSpan.FromSeconds(5), "c.yaml");
        return await resolver.ResolveAsync(manifest, Cancellation);
    }
}
