using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.Bindings;

public sealed class StopDeliveriesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly WorkCounter _work = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public StopDeliveriesTests() => _directory.Write("cron.yaml", """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: tick
        spec:
          type: bindings.cron
          version: v1
          metadata:
            - name: schedule
              value: "* * * * *"
            - name: direction
              value: input
        """);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_under_way_is_waited_for_and_nothing_new_comes_while_the_sidecar_still_serves()
    {
        var ticks = Channel.CreateUnbounded<bool>();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var application = await StubServer.StartAsync(async request =>
        {
            if (request.Path == "/tick")
            {
                ticks.Writer.TryWrite(true);
                await release.Task;
            }

            return Results.Json(Array.Empty<object>());
        });
        await using var sidecar = await RunningSidecar.StartAsync(
            options => options with { ResourcesPaths = [_directory.Path], AppPort = application.Port }, _work, _clock);
        await sidecar.WaitUntilReadyAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await ticks.Reader.ReadAsync(Cancellation);

        var stopped = sidecar.StopDeliveriesAsync();

        stopped.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stopped;
        _work.Active.ShouldBe(0);
        _clock.Advance(TimeSpan.FromMinutes(10));
        _work.Active.ShouldBe(0);
        ticks.Reader.TryRead(out _).ShouldBeFalse();
        (await sidecar.Http.GetAsync("/v1.0/healthz", Cancellation)).IsSuccessStatusCode.ShouldBeTrue();
    }
}
