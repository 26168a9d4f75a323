using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.State;

public sealed partial class StoreOutageTests : IDisposable
{
    private const string Store = "/v1.0/state/statestore";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Redis_that_dies_fails_requests_with_their_codes_and_serves_again_when_it_is_back()
    {
        var (host, port) = Server("REDIS_HOST", HostAndPort());
        await using var relay = new TcpRelay(host, port);
        WriteStore("state.redis", "v1", "redisHost", $"127.0.0.1:{relay.Port}");

        await DieAndReturnAsync(relay);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Postgresql_that_dies_fails_requests_with_their_codes_and_serves_again_when_it_is_back(string version)
    {
        var (host, port) = Server("POSTGRES_CONNECTION_STRING", HostPairAndPortPair());
        await using var relay = new TcpRelay(host, port);
        var connection = Environment.GetEnvironmentVariable("POSTGRES_CONNECTION_STRING")!
            .Replace($"host={host}", "host=127.0.0.1", StringComparison.Ordinal)
            .Replace($"port={port}", $"port={relay.Port}", StringComparison.Ordinal);
        WriteStore("state.postgresql", version, "connectionString", connection);

        await DieAndReturnAsync(relay);
    }

    private static (string Host, int Port) Server(string variable, Regex form)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(text), $"needs a server: {variable} is not set");
        var match = form.Match(text!);
        match.Success.ShouldBeTrue($"{variable} names no host and port");
        return (match.Groups["host"].Value, int.Parse(match.Groups["port"].Value));
    }

    private async Task DieAndReturnAsync(TcpRelay relay)
    {
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { ResourcesPaths = [_directory.Path] });
        var key = $"key-{Guid.NewGuid():N}";
        (await SaveAsync(sidecar, key, "before")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await relay.CutAsync();
        await ShouldFailAsync(await SaveAsync(sidecar, key, "during"), "ERR_STATE_SAVE");
        await ShouldFailAsync(await sidecar.Http.GetAsync($"{Store}/{key}", Cancellation), "ERR_STATE_GET");

        relay.Restore();
        (await WhenBackAsync(sidecar, key)).ShouldBe("\"before\"");
        (await SaveAsync(sidecar, key, "after")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await sidecar.Http.GetStringAsync($"{Store}/{key}", Cancellation)).ShouldBe("\"after\"");
    }

    private static async Task<string> WhenBackAsync(RunningSidecar sidecar, string key)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            // A request waits inside while there is no connection: this does not spin.
            var response = await sidecar.Http.GetAsync($"{Store}/{key}", patience.Token);
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadAsStringAsync(patience.Token);
        }
    }

    private static Task<HttpResponseMessage> SaveAsync(RunningSidecar sidecar, string key, string value) =>
        sidecar.Http.PostAsJsonAsync(Store, new[] { new { key, value } }, Cancellation);

    private static async Task ShouldFailAsync(HttpResponseMessage response, string errorCode)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        ((string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["errorCode"]).ShouldBe(errorCode);
    }

    private void WriteStore(string type, string version, string setting, string value) => _directory.Write("statestore.yaml", $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: statestore
        spec:
          type: {type}
          version: {version}
          metadata:
            - name: {setting}
              value: "{value}"
        """);

    [GeneratedRegex(@"^(?<host>[^:]+):(?<port>\d+)$")]
    private static partial Regex HostAndPort();

    [GeneratedRegex(@"\bhost=(?<host>\S+).*\bport=(?<port>\d+)")]
    private static partial Regex HostPairAndPortPair();
}
