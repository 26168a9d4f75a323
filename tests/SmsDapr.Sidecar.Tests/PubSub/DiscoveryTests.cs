using System.Net.Http.Json;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.PubSub;

/// <summary>An application that is late, slow, broken or restarted.</summary>
public sealed class DiscoveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broken_answer_is_asked_for_again()
    {
        var asked = 0;
        await using var app = await StubServer.StartAsync(request =>
        {
            if (request.Path != "/dapr/subscribe")
                return ReceiveAsync(request);
            if (Interlocked.Increment(ref asked) == 1)
                request.HttpContext.Abort();
            return Task.FromResult(Subscriptions());
        });
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = app.Port });

        await sidecar.WaitUntilReadyAsync();
        await PublishAsync(sidecar);

        await NextAsync();
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_question_leaves_the_sidecar_ready_without_subscriptions()
    {
        await using var app = await StubServer.StartAsync(_ => Task.FromResult(Results.StatusCode(500)));
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = app.Port });

        await sidecar.WaitUntilReadyAsync();

        (await sidecar.Http.GetStringAsync("/v1.0/metadata", Cancellation)).ShouldNotContain("\"topic\"");
    }

    [Fact]
    public async Task A_rule_that_is_not_supported_leaves_out_its_subscription_only()
    {
        await using var app = await StubServer.StartAsync(request => request.Path == "/dapr/subscribe"
            ? Task.FromResult(Results.Json(new object[]
            {
                new { pubsubname = "pubsub", topic = "other", routes = new { rules = new[] { new { match = "event.data.map(x, x)", path = "/x" } } } },
                new { pubsubname = "pubsub", topic = "t", route = "/t" },
            }))
            : ReceiveAsync(request));
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = app.Port });

        await sidecar.WaitUntilReadyAsync();
        await PublishAsync(sidecar);

        (await NextAsync()).ShouldBe("/t");
        (await sidecar.Http.GetStringAsync("/v1.0/metadata", Cancellation)).ShouldNotContain("\"other\"");
    }

    [Fact]
    public async Task An_application_that_comes_late_is_waited_for_and_one_that_restarts_gets_its_events_again()
    {
        var port = FreePort();
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = port });
        (await sidecar.Http.GetAsync("/v1.0/healthz", Cancellation)).IsSuccessStatusCode.ShouldBeFalse();
        (await sidecar.Http.GetAsync("/v1.0/healthz/outbound", Cancellation)).IsSuccessStatusCode.ShouldBeTrue();

        await using (await StubServer.StartAsync(AnswerAsync, port))
        {
            await sidecar.WaitUntilReadyAsync();
            await PublishAsync(sidecar);
            await NextAsync();
        }

        await using (await StubServer.StartAsync(AnswerAsync, port))
        {
            await PublishAsync(sidecar);
            await NextAsync();
        }
    }

    private Task<IResult> AnswerAsync(HttpRequest request) => request.Path == "/dapr/subscribe" ? Task.FromResult(Subscriptions()) : ReceiveAsync(request);

    private async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        await _received.Writer.WriteAsync(request.Path, Cancellation);
        return Results.Ok();
    }

    private Task<string> NextAsync() => _received.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, TimeProvider.System, Cancellation);

    private static Task<HttpResponseMessage> PublishAsync(RunningSidecar sidecar) => sidecar.Http.PostAsJsonAsync("/v1.0/publish/pubsub/t", new { a = 1 }, Cancellation);

    private static IResult Subscriptions() => Results.Json(new[] { new { pubsubname = "pubsub", topic = "t", route = "/t" } });

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
