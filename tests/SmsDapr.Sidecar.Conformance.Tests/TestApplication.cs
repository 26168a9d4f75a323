using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SmsDapr.Sidecar.Conformance.Tests;

/// <summary>One call of the sidecar to the application.</summary>
public sealed record ReceivedCall(string? ContentType, IHeaderDictionary Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>The application beside the sidecar: subscribes to topics, answers a binding and remembers what it was sent.</summary>
public sealed class TestApplication : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Channel<ReceivedCall>> _received = new();
    private readonly ConcurrentDictionary<string, Func<ReceivedCall, IResult>> _answers = new();
    private readonly WebApplication _app;

    private TestApplication(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static async Task<TestApplication> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var application = new TestApplication(app);
        app.MapGet("/dapr/subscribe", () => TypedResults.Json(Subscriptions()));
        app.MapPost("/{*path}", application.ReceiveAsync);
        await app.StartAsync();
        return application;
    }

    /// <summary>The next call to this path; calls wait until asked for.</summary>
    public async Task<ReceivedCall> NextAsync(string path, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromMinutes(5));
        return await CallsTo(path).Reader.ReadAsync(timeout.Token);
    }

    public void Answer(string path, Func<ReceivedCall, IResult> answer) => _answers[path] = answer;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static JsonArray Subscriptions() =>
    [
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "plain", ["route"] = "events/plain" },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "routed", ["routes"] = new JsonObject { ["default"] = "/events/routed" } },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "raw", ["route"] = "/events/raw", ["metadata"] = new JsonObject { ["rawPayload"] = "true" } },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "refused", ["route"] = "/events/refused", ["deadLetterTopic"] = "refused-dead" },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "refused-dead", ["route"] = "/events/refused-dead" },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "headed", ["route"] = "/events/headed" },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "answered", ["route"] = "/events/answered", ["deadLetterTopic"] = "answered-dead" },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "answered-dead", ["route"] = "/events/answered-dead" },
        new JsonObject
        {
            ["pubsubname"] = SidecarFixture.PubSub,
            ["topic"] = "ruled",
            ["routes"] = new JsonObject
            {
                ["rules"] = new JsonArray(
                    new JsonObject { ["match"] = "event.type == \"order.paid\" && event.data.amount > 100", ["path"] = "/events/ruled/large" },
                    new JsonObject { ["match"] = "event.type == \"order.paid\" || event.type == \"order.sent\"", ["path"] = "/events/ruled/orders" }),
                ["default"] = "/events/ruled/others",
            },
        },
        new JsonObject
        {
            ["pubsubname"] = SidecarFixture.PubSub,
            ["topic"] = "choosy",
            ["routes"] = new JsonObject { ["rules"] = new JsonArray(new JsonObject { ["match"] = "event.type == \"wanted\"", ["path"] = "/events/choosy" }) },
            ["deadLetterTopic"] = "choosy-dead",
        },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "choosy-dead", ["route"] = "/events/choosy-dead" },
        new JsonObject
        {
            ["pubsubname"] = SidecarFixture.PubSub,
            ["topic"] = "bulk",
            ["route"] = "/events/bulk",
            ["deadLetterTopic"] = "bulk-dead",
            ["bulkSubscribe"] = new JsonObject { ["enabled"] = true, ["maxMessagesCount"] = 3, ["maxAwaitDurationMs"] = 200 },
        },
        new JsonObject { ["pubsubname"] = SidecarFixture.PubSub, ["topic"] = "bulk-dead", ["route"] = "/events/bulk-dead" },
    ];

    private async Task<IResult> ReceiveAsync(string path, HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var call = new ReceivedCall(request.ContentType, new HeaderDictionary(request.Headers.ToDictionary()), await reader.ReadToEndAsync());
        await CallsTo(path).Writer.WriteAsync(call);
        return _answers.TryGetValue(path, out var answer) ? answer(call) : Results.Ok();
    }

    private Channel<ReceivedCall> CallsTo(string path) => _received.GetOrAdd(path, _ => Channel.CreateUnbounded<ReceivedCall>());
}
