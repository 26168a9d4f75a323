using System.Net.Http.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using SmsDapr.Sidecar.Tests.Hosting;

namespace SmsDapr.Sidecar.Tests.PubSub;

public sealed class DeliveryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_ends_only_when_the_application_has_answered()
    {
        var entered = Channel.CreateUnbounded<string>();
        var release = new TaskCompletionSource();
        await using var app = await StubServer.StartAsync(async request =>
        {
            if (request.Path == "/dapr/subscribe")
                return Results.Json(new[] { new { pubsubname = "pubsub", topic = "t", route = "/t" } });
            await entered.Writer.WriteAsync(request.Path);
            await release.Task;
            return Results.Ok();
        });
        var work = new WorkCounter();
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = app.Port }, work);
        await sidecar.WaitUntilReadyAsync();

        await sidecar.Http.PostAsJsonAsync("/v1.0/publish/pubsub/t", new { a = 1 }, Cancellation);
        await entered.Reader.ReadAsync(Cancellation);

        work.Active.ShouldBe(1);
        release.SetResult();
        await work.WhenIdleAsync(Cancellation);
    }

    [Fact]
    public async Task The_application_gets_its_token_with_every_call()
    {
        var tokens = Channel.CreateUnbounded<string>();
        await using var app = await StubServer.StartAsync(async request =>
        {
            await tokens.Writer.WriteAsync(request.Headers["dapr-api-token"].ToString());
            return Results.NotFound();
        });
        await using var sidecar = await RunningSidecar.StartAsync(options => options with { AppPort = app.Port, AppApiToken = "for-the-app" });

        (await tokens.Reader.ReadAsync(Cancellation)).ShouldBe("for-the-app");
    }
}
