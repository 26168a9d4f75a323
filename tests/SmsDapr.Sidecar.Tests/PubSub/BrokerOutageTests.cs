using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.PubSub;

public sealed class BrokerOutageTests : IDisposable
{
    private static readonly string? Host = Environment.GetEnvironmentVariable("REDIS_HOST");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _directory = new();
    private readonly string _topic = $"topic-{Guid.NewGuid():N}";
    private readonly Channel<int> _received = Channel.CreateUnbounded<int>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task While_redis_is_away_publishing_fails_with_its_code_and_afterwards_events_come_again()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Host), "needs a server: REDIS_HOST is not set");
        await using var relay = new TcpRelay(Host!.Split(':')[0], int.Parse(Host.Split(':')[1]));
        _directory.Write("pubsub.yaml", $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: pubsub
            spec:
              type: pubsub.redis
              version: v1
              metadata:
                - name: redisHost
                  value: "127.0.0.1:{relay.Port}"
            """);
        await using var app = await StubServer.StartAsync(AnswerAsync);
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = app.Port, ResourcesPaths = [_directory.Path] });
        await sidecar.WaitUntilReadyAsync();
        (await PublishAsync(sidecar, 1)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await NextAsync()).ShouldBe(1);

        await relay.CutAsync();
        var refused = await PublishAsync(sidecar, 2);
        refused.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        ((string?)(await refused.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["errorCode"]).ShouldBe("ERR_PUBSUB_PUBLISH_MESSAGE");

        relay.Restore();
        await PublishWhenBackAsync(sidecar, 3);
        int received;
        do
            received = await NextAsync();
        while (received != 3);
    }

    private async Task PublishWhenBackAsync(RunningSidecar sidecar, int number)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!(await PublishAsync(sidecar, number)).IsSuccessStatusCode)
            patience.Token.ThrowIfCancellationRequested();
    }

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        if (request.Path == "/dapr/subscribe")
            return Results.Json(new[] { new { pubsubname = "pubsub", topic = _topic, route = "/t" } });
        var cloudEvent = await request.ReadFromJsonAsync<JsonObject>(Cancellation);
        await _received.Writer.WriteAsync((int)cloudEvent!["data"]!, Cancellation);
        return Results.Ok();
    }

    private Task<HttpResponseMessage> PublishAsync(RunningSidecar sidecar, int number) =>
        sidecar.Http.PostAsJsonAsync($"/v1.0/publish/pubsub/{_topic}", number, Cancellation);

    private Task<int> NextAsync() => _received.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, Cancellation);
}
