using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>What the API refuses, and how it says so.</summary>
public sealed class ApiScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> BadRequests => new()
    {
        { "unknown", """{"userId":"demo","body":"x","unknown":1}""" },
        { "userId", """{"body":"x"}""" },
        { "userId", """{"userId":"a||b","body":"x"}""" },
        { "body", """{"userId":"demo"}""" },
        { "body", """{"userId":"demo","body":""}""" },
        { "body", $$"""{"userId":"demo","body":"{{new string('x', 1601)}}"}""" },
        { "body", """{"userId":"demo","body":7}""" },
        { "body", "nonsense" },
        { "body", "" },
        { "sendAt", """{"userId":"demo","body":"x","sendAt":"2026-03-02T06:58:00Z"}""" },
        { "sendAt", """{"userId":"demo","body":"x","sendAt":"tomorrow"}""" },
        { "sendAtLocal", """{"userId":"demo","body":"x","sendAt":"2027-03-02T06:58:00Z","sendAtLocal":"2027-03-02T06:58:00"}""" },
        { "timeZone", """{"userId":"demo","body":"x","timeZone":"Mars/Olympus"}""" },
        { "id", """{"userId":"demo","body":"x","id":"a::b"}""" },
        { "maxAttempts", """{"userId":"demo","body":"x","maxAttempts":0}""" },
        { "maxAttempts", """{"userId":"demo","body":"x","maxAttempts":"3"}""" },
        { "maxLateness", """{"userId":"demo","body":"x","maxLateness":"-PT1H"}""" },
        { "quietHours", """{"userId":"demo","body":"x","quietHours":"ignore"}""" },
        { "overrideReason", """{"userId":"demo","body":"x","quietHours":"override"}""" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_request_is_a_400_that_names_the_field(string field, string json)
    {
        var problem = await ProblemAsync(HttpMethod.Post, "/v1/messages", json, HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldContain(field);
    }

    [Theory]
    [InlineData("phoneNumber", """{"phoneNumber":"12","verified":true}""")]
    [InlineData("phoneNumber", """{"phoneNumber":"030 1234567","verified":true}""")]
    public async Task A_bad_number_is_a_400_that_does_not_repeat_it(string field, string json)
    {
        var problem = await ProblemAsync(HttpMethod.Put, "/v1/users/somebody/phone", json, HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(field);
        problem.ToString().ShouldNotContain("1234567");
    }

    [Theory]
    [InlineData("status", "status=gone")]
    [InlineData("limit", "limit=0")]
    [InlineData("limit", "limit=201")]
    [InlineData("from", "from=yesterday")]
    [InlineData("cursor", "cursor=!")]
    public async Task A_bad_query_value_is_a_400_that_names_it(string field, string query)
    {
        var problem = await ProblemAsync(HttpMethod.Get, $"/v1/users/somebody/messages?{query}", null, HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(field);
    }

    [Fact]
    public async Task A_user_without_a_verified_phone_is_refused_at_the_door()
    {
        var problem = await ProblemAsync(HttpMethod.Post, "/v1/messages", """{"userId":"nobody-yet","body":"x"}""", HttpStatusCode.Conflict);

        problem.Text("reason").ShouldBe("phone_not_verified");
    }

    [Fact]
    public async Task A_user_key_sees_its_own_messages_with_a_masked_number_and_nobody_elses()
    {
        var demo = await system.Api.PutAsJsonAsync("/v1/users/demo/phone", new { phoneNumber = "+12025550671", verified = true }, Cancellation);
        demo.EnsureSuccessStatusCode();
        var own = await system.ScheduleAsync(new TestUser("demo", "+12025550671"), VirtualSystem.Start.AddDays(30));
        var others = await system.ScheduleAsync(await system.NewUserAsync(), VirtualSystem.Start.AddDays(30));
        using var user = system.Process.ApiAs(LocalProcess.UserKey);

        var message = await VirtualSystem.JsonAsync(await user.GetAsync(new Uri($"/v1/messages/{own}", UriKind.Relative), Cancellation));
        using var foreign = await user.GetAsync(new Uri($"/v1/messages/{others}", UriKind.Relative), Cancellation);
        using var list = await user.GetAsync(new Uri("/v1/users/someone/messages", UriKind.Relative), Cancellation);
        using var send = await user.PostAsJsonAsync("/v1/messages", new { userId = "someone", body = "x" }, Cancellation);

        message.GetProperty("sms").Text("to").ShouldBe("+1•••••••671");
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        list.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        send.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not-a-key")]
    public async Task Without_a_key_every_call_is_a_401(string? key)
    {
        using var stranger = system.Process.ApiAs(key);
        using var response = await stranger.GetAsync(new Uri("/v1/messages/any", UriKind.Relative), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs")]
    public async Task What_everyone_may_see_needs_no_key(string path)
    {
        using var stranger = system.Process.ApiAs(null);
        using var response = await stranger.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_log_line_holds_a_number_or_a_text()
    {
        var user = await system.NewUserAsync();
        await system.ScheduleAsync(user, sendAt: null, body: "a very private text");
        var refused = await system.NewUserAsync("+15005550009");
        await system.ScheduleAsync(refused, sendAt: null, body: "another private text");
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));

        foreach (var secret in new[] { user.Phone, user.Phone[1..], refused.Phone[1..], "private text", LocalProcess.AdminKey + "\"" })
            system.Process.Output.ShouldNotContain(secret);
    }

    private async Task<JsonElement> ProblemAsync(HttpMethod method, string path, string? json, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await system.Api.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        response.StatusCode.ShouldBe(expected, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
