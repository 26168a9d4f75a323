using System.Net;
using System.Text.Json.Nodes;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class AccessTests(RunningService service)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData(RunningService.AdminKey, HttpStatusCode.OK)]
    [InlineData(RunningService.ServiceKey, HttpStatusCode.OK)]
    [InlineData("key-of-anna", HttpStatusCode.OK)]
    [InlineData("key-of-ben", HttpStatusCode.Forbidden)]
    public async Task Preferences_areOpenToThoseWhoActForTheUser(string? key, HttpStatusCode expected)
    {
        (await service.SendAsync(key, HttpMethod.Get, "/v1/users/anna/preferences")).Status.ShouldBe(expected);
        (await service.SendAsync(key, HttpMethod.Patch, "/v1/users/anna/preferences", new { })).Status.ShouldBe(expected);
        (await service.SendAsync(key, HttpMethod.Post, "/v1/users/anna/opt-in")).Status.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData(RunningService.AdminKey, HttpStatusCode.OK)]
    [InlineData(RunningService.ServiceKey, HttpStatusCode.OK)]
    [InlineData("key-of-carla", HttpStatusCode.Forbidden)]
    public async Task Phone_isVouchedForByHostsOnly(string? key, HttpStatusCode expected) =>
        (await service.SendAsync(key, HttpMethod.Put, "/v1/users/carla/phone", new { phoneNumber = "+14155550199", verified = false })).Status.ShouldBe(expected);

    [Fact]
    public async Task Key_isTakenAsBearerToo()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users/anna/preferences");
        request.Headers.Authorization = new("Bearer", RunningService.KeyOf("anna"));

        (await service.Anonymous.SendAsync(request, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task NoKey_isAnsweredWithAChallengeAndAProblem()
    {
        using var response = await service.Anonymous.GetAsync("/v1/users/anna/preferences", Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Bearer");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task UserKey_isLimitedTo600RequestsAMinute()
    {
        for (var request = 0; request < 600; request++)
            (await service.SendAsync("key-of-greedy", HttpMethod.Get, "/v1/users/someone-else/preferences")).Status.ShouldBe(HttpStatusCode.Forbidden);

        using var refused = new HttpRequestMessage(HttpMethod.Get, "/v1/users/greedy/preferences");
        refused.Headers.Add("X-Api-Key", "key-of-greedy");
        using var response = await service.Anonymous.SendAsync(refused, Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromMinutes(1));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        (problem["title"]!.GetValue<string>(), problem["status"]!.GetValue<int>()).ShouldBe(("Too Many Requests", 429));
        problem["type"]!.GetValue<string>().ShouldNotBeEmpty();
        (await service.SendAsync("key-of-anna", HttpMethod.Get, "/v1/users/anna/preferences")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_ofOneName_areLimitedEachByItself()
    {
        await using var limited = await service.StartServiceAsync(
            service.GrpcAddress, "--Auth:RequestsPerMinute:Service=1", "--Auth:ApiKeys:1:Name=host",
            "--Auth:ApiKeys:2:Name=host", "--Auth:ApiKeys:2:Key=next-key", "--Auth:ApiKeys:2:Roles:0=service");
        using var client = new HttpClient { BaseAddress = new Uri(limited.Urls.Single()) };

        (await GetAsync(client, RunningService.ServiceKey)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(client, RunningService.ServiceKey)).ShouldBe(HttpStatusCode.TooManyRequests);
        (await GetAsync(client, "next-key")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ServiceKey_isLimitedWhenConfigured()
    {
        await using var limited = await service.StartServiceAsync(
            service.GrpcAddress, "--Auth:RequestsPerMinute:Service=2", "--Auth:RequestsPerMinute:User=0");
        using var client = new HttpClient { BaseAddress = new Uri(limited.Urls.Single()) };

        (await GetAsync(client, RunningService.ServiceKey)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(client, RunningService.ServiceKey)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(client, RunningService.ServiceKey)).ShouldBe(HttpStatusCode.TooManyRequests);
        (await GetAsync(client, RunningService.AdminKey)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/cron/reconcile")]
    [InlineData("/events/sms-status")]
    [InlineData("/dapr/subscribe")]
    public async Task SidecarPaths_areClosedToOthers(string path)
    {
        (await SendAsSidecarAsync(path, token: null)).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsSidecarAsync(path, token: "wrong")).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsSidecarAsync(path, RunningService.SidecarToken, host: "sms.example.org")).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsSidecarAsync(path, RunningService.SidecarToken, forwardedHost: "SMS.example.org:443")).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsSidecarAsync(path, RunningService.SidecarToken)).ShouldNotBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    public async Task OpenPages_needNoKey(string path) =>
        (await service.Anonymous.GetAsync(path, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users/anna/preferences");
        request.Headers.Add("X-Api-Key", key);
        using var response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> SendAsSidecarAsync(string path, string? token, string? host = null, string? forwardedHost = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Host = host;
        if (token is not null)
            request.Headers.Add("dapr-api-token", token);
        if (forwardedHost is not null)
            request.Headers.Add("X-Forwarded-Host", forwardedHost);
        return (await service.Anonymous.SendAsync(request, Cancellation)).StatusCode;
    }
}
