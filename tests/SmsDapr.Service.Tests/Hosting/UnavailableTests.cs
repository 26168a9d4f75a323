using System.Net;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class UnavailableTests : IAsyncLifetime
{
    private readonly RunningService _service = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _service.InitializeAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task StateStoreThatIsDown_isA503ThatSaysWhenToRetry()
    {
        _service.Faults.SetDown(true);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users/anna/preferences");
        request.Headers.Add("X-Api-Key", RunningService.AdminKey);
        using var response = await _service.Anonymous.SendAsync(request, Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Ready_namesWhatDoesNotAnswer()
    {
        _service.Faults.SetDown(true);

        var (status, body) = await _service.SendAsync(null, HttpMethod.Get, "/readyz");

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body["checks"]!["sidecar"]!.GetValue<string>().ShouldBe("healthy");
        body["checks"]!["stateStore"]!.GetValue<string>().ShouldBe("unhealthy");
        (await _service.SendAsync(null, HttpMethod.Get, "/healthz")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ready_onceTheWorkerIsConnected()
    {
        // The worker connects in the background; every round is a real request.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var (status, body) = await _service.SendAsync(null, HttpMethod.Get, "/readyz");
        while (status != HttpStatusCode.OK)
        {
            patience.Token.ThrowIfCancellationRequested();
            (status, body) = await _service.SendAsync(null, HttpMethod.Get, "/readyz");
        }

        body.ToJsonString().ShouldBe("""{"status":"healthy","checks":{"sidecar":"healthy","stateStore":"healthy","workflowEngine":"healthy"}}""");
    }

    [Fact]
    public async Task SidecarThatIsGone_isA503()
    {
        await using var alone = await _service.StartServiceAsync(new Uri("http://127.0.0.1:1"));
        using var client = new HttpClient { BaseAddress = new Uri(alone.Urls.Single()) };
        client.DefaultRequestHeaders.Add("X-Api-Key", RunningService.AdminKey);

        (await client.PostAsync("/v1/users/anna/opt-out", null, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await client.GetAsync("/readyz", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await client.GetAsync("/healthz", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
