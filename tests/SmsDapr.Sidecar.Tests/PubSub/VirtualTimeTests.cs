using System.Net.Http.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.PubSub;

/// <summary>Waits of a delivery belong to the clock: while they last nothing is under way, and moving the clock ends them.</summary>
public sealed class VirtualTimeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Channel<int> _calls = Channel.CreateUnbounded<int>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_refused_event_comes_again_when_the_clock_reaches_its_retry()
    {
        _directory.Write("components.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: pubsub
            spec:
              type: pubsub.in-memory
              version: v1
              metadata: []
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata:
              name: deliveries
            spec:
              policies:
                retries:
                  later: { policy: constant, duration: 1h, maxRetries: 3 }
              targets:
                components:
                  pubsub:
                    inbound: { retry: later }
            """);
        var calls = 0;
        await using var app = await StubServer.StartAsync(async request =>
        {
            if (request.Path == "/dapr/subscribe")
                return Results.Json(new[] { new { pubsubname = "pubsub", topic = "t", route = "/t" } });
            var call = Interlocked.Increment(ref calls);
            await _calls.Writer.WriteAsync(call, Cancellation);
            return Results.StatusCode(call < 3 ? 500 : 200);
        });
        var clock = new FakeTimeProvider();
        var work = new WorkCounter();
        await using var sidecar = await RunningSidecar.StartAsync(
            options => options with { AppPort = app.Port, ResourcesPaths = [_directory.Path] }, work, clock);
        await sidecar.WaitUntilReadyAsync();

        await sidecar.Http.PostAsJsonAsync("/v1.0/publish/pubsub/t", new { a = 1 }, Cancellation);
        for (var expected = 1; expected <= 3; expected++)
        {
            (await _calls.Reader.ReadAsync(Cancellation)).ShouldBe(expected);
            await work.WhenIdleAsync(Cancellation);
            clock.Advance(TimeSpan.FromHours(1));
        }

        await work.WhenIdleAsync(Cancellation);
        _calls.Reader.TryRead(out _).ShouldBeFalse();
    }
}
