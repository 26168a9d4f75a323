using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.Bindings;

public sealed class InputBindingProbeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public InputBindingProbeTests() => _directory.Write("cron.yaml", """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: every-second
        spec:
          type: bindings.cron
          version: v1
          metadata:
            - name: schedule
              value: "@every 1s"
            - name: route
              value: /tick
        """);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_probe_without_an_answer_is_repeated_and_leaves_the_sidecar_running()
    {
        var probes = 0;
        var ticks = Channel.CreateUnbounded<bool>();
        await using var application = await StubServer.StartAsync(async request =>
        {
            if (request.Method == HttpMethods.Options && Interlocked.Increment(ref probes) == 1)
                await new TaskCompletionSource<bool>().Task.WaitAsync(request.HttpContext.RequestAborted);
            if (request.Method == HttpMethods.Post)
                ticks.Writer.TryWrite(true);
            return Results.Json(Array.Empty<object>());
        });

        await using var sidecar = await RunningSidecar.StartAsync(options => options with { ResourcesPaths = [_directory.Path], AppPort = application.Port });

        await ticks.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromMinutes(5), TimeProvider.System, Cancellation);
        (await sidecar.Http.GetAsync("/v1.0/healthz/outbound", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }
}
