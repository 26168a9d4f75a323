using System.Diagnostics;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>Events through each broker, from the first publish call to the last delivery over HTTP; Redis Streams also asked directly.</summary>
internal static class PubSubFigures
{
    private const string PubSub = "pubsub";
    private const int Publishers = 16;
    private const int WarmUp = 2_000;
    private const int Measured = 10_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task MeasureAsync(BenchRun run)
    {
        await MeasureAsync(run, "in-memory", ComponentYaml.PubSub("pubsub.in-memory", "unused", "-"));
        if (MeasuredStore.Redis is not { } redis)
        {
            run.Table.Add("pub/sub deliveries, redis", "left out: REDIS_HOST is not set");
            return;
        }

        await MeasureAsync(run, "redis", ComponentYaml.PubSub("pubsub.redis", "redisHost", redis));
        await BareRedisStream.RunAsync(redis, Publishers, WarmUp);
        var stream = await BareRedisStream.RunAsync(redis, Publishers, Measured);
        run.Table.Add(
            "pub/sub, Redis Streams directly",
            $"{Shown.Rate(Measured / stream.TotalSeconds)}",
            how: $"XADD by {Publishers} publishers, XREADGROUP and XACK by one reader, {Shown.Count(Measured)} entries");
    }

    private static async Task MeasureAsync(BenchRun run, string broker, ComponentYaml component)
    {
        var topic = $"bench-{Guid.NewGuid():N}";
        var port = ChildProcess.FreePorts(1)[0];
        using var delivered = new SemaphoreSlim(0);
        await using var app = await SubscriberAsync(port, topic, () => delivered.Release(), run.Cancellation);
        await using var sidecar = await SidecarSystem.StartAsync(port, run.Cancellation, component);
        await DeliverAsync(WarmUp);
        var cpu = sidecar.Process.CpuTime;
        var (publishing, elapsed) = await DeliverAsync(Measured);
        cpu = sidecar.Process.CpuTime - cpu;
        run.Table.Add(
            $"pub/sub deliveries, {broker}",
            $"{Shown.Rate(Measured / elapsed.TotalSeconds)}, {Shown.CpuEach(cpu, Measured)}; publish {Shown.Rate(publishing.PerSecond)}, p50 {Shown.Milliseconds(publishing.Latencies.Percentile(50))}",
            how: $"{Shown.Count(Measured)} by {Publishers} publishers to one subscriber over HTTP, {Shown.Count(WarmUp)} before");

        async Task<(ClosedLoop Publishing, TimeSpan Elapsed)> DeliverAsync(int events)
        {
            var started = Stopwatch.GetTimestamp();
            var publishing = ClosedLoop.RunAsync(Publishers, events, PublishAsync);
            for (var number = 0; number < events; number++)
            {
                if (!await delivered.WaitAsync(Limit, run.Cancellation))
                    throw new TimeoutException($"Only {number} of {events} events were delivered.");
            }

            return (await publishing, Stopwatch.GetElapsedTime(started));
        }

        async Task PublishAsync(int number) => await sidecar.Dapr.PublishEventAsync(
            new PublishEventRequest
            {
                PubsubName = PubSub,
                Topic = topic,
                DataContentType = "application/json",
                Data = ByteString.CopyFromUtf8($$"""{"messageId":"{{number}}","status":"sent"}"""),
            },
            cancellationToken: run.Cancellation);
    }

    private static async Task<WebApplication> SubscriberAsync(int port, string topic, Action onEvent, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/dapr/subscribe", () => TypedResults.Json(new[] { new { pubsubname = PubSub, topic, route = "events" } }));
        app.MapPost("/events", () =>
        {
            onEvent();
            return TypedResults.Ok();
        });
        await app.StartAsync(cancellation);
        return app;
    }
}
