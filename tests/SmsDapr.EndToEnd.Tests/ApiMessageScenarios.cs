using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>The fine print of the message API, as a stranger with a key would try it.</summary>
public sealed class ApiMessageScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static readonly DateTimeOffset Far = VirtualSystem.Start.AddDays(40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sendAt", """{"userId":"demo","body":"x","sendAt":"9999-12-31T23:59:59Z"}""")]
    [InlineData("sendAt", """{"userId":"demo","body":"x","sendAt":"2200-01-01T00:00:00Z"}""")]
    [InlineData("sendAt", """{"userId":"demo","body":"x","sendAt":"2027-01-01T00:00:00"}""")]
    [InlineData("sendAt", """{"userId":"demo","body":"x","sendAt":1798761600}""")]
    [InlineData("sendAtLocal", """{"userId":"demo","body":"x","sendAtLocal":"9999-12-31T23:59:59","timeZone":"Pacific/Pago_Pago"}""")]
    [InlineData("sendAtLocal", """{"userId":"demo","body":"x","sendAtLocal":"2200-01-01T00:00:00"}""")]
    [InlineData("sendAtLocal", """{"userId":"demo","body":"x","sendAtLocal":"2027-01-01T00:00:00Z"}""")]
    [InlineData("body", """{"userId":"demo","body":"a\u0000b"}""")]
    [InlineData("body", """{"userId":"demo","body":"\ud800"}""")]
    [InlineData("body", """{"userId":"demo","body":null}""")]
    [InlineData("overrideReason", """{"userId":"demo","body":"x","quietHours":"override","overrideReason":"\u0000"}""")]
    [InlineData("overrideReason", """{"userId":"demo","body":"x","overrideReason":"no override"}""")]
    [InlineData("maxAttempts", """{"userId":"demo","body":"x","maxAttempts":1.5}""")]
    [InlineData("maxAttempts", """{"userId":"demo","body":"x","maxAttempts":11}""")]
    [InlineData("maxLateness", """{"userId":"demo","body":"x","maxLateness":"P31D"}""")]
    [InlineData("maxLateness", """{"userId":"demo","body":"x","maxLateness":15}""")]
    [InlineData("Body", """{"userId":"demo","Body":"x"}""")]
    [InlineData("userId", """{"userId":"demo","body":"x","userId":"other"}""")]
    public async Task A_bad_message_is_a_400_that_names_the_field(string field, string json)
    {
        await PhoneAsync("demo");
        var answer = await SendAsync(HttpMethod.Post, "/v1/messages", json);

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
        answer.Errors.ShouldHaveSingleItem().ShouldBe(field);
    }

    [Theory]
    [InlineData("sendAt", """{"sendAt":null}""")]
    [InlineData("sendAt", """{"sendAt":"2026-03-01T00:00:00Z"}""")]
    [InlineData("sendAt", """{"sendAt":"9999-12-31T23:59:59Z"}""")]
    [InlineData("body", """{"body":null}""")]
    [InlineData("body", """{"body":"   "}""")]
    [InlineData("body", """{"body":"\u0000"}""")]
    [InlineData("status", """{"status":"cancelled"}""")]
    [InlineData("body", "[]")]
    public async Task A_bad_change_is_a_400_that_names_the_field(string field, string json)
    {
        var id = await system.ScheduleAsync(await system.NewUserAsync(), Far);

        var answer = await SendAsync(HttpMethod.Patch, $"/v1/messages/{id}", json);

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
        answer.Errors.ShouldHaveSingleItem().ShouldBe(field);
    }

    [Fact]
    public async Task An_idempotency_key_and_an_id_belong_together_for_good()
    {
        await PhoneAsync("demo");
        string Body(string text, string? id) => JsonSerializer.Serialize(new { userId = "demo", body = text, sendAt = Far.UtcDateTime, id });
        async Task<HttpStatusCode> PostAsync(string key, string text, string? id) =>
            (await SendAsync(HttpMethod.Post, "/v1/messages", Body(text, id), headers: ("Idempotency-Key", key))).Status;
        var (first, second) = ($"a-{Guid.NewGuid():N}", $"b-{Guid.NewGuid():N}");
        var (key, alone) = ($"k-{Guid.NewGuid():N}", $"l-{Guid.NewGuid():N}");

        (await PostAsync(key, "x", first)).ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync(key, "x", first)).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(key, "y", first)).ShouldBe(HttpStatusCode.Conflict);
        (await PostAsync(key, "x", second)).ShouldBe(HttpStatusCode.Conflict);
        (await PostAsync(key, "x", null)).ShouldBe(HttpStatusCode.Conflict);
        var response = await SendAsync(HttpMethod.Post, "/v1/messages", Body("x", null), headers: ("Idempotency-Key", alone));
        response.Status.ShouldBe(HttpStatusCode.Accepted);
        response.Headers["Location"].ShouldBe($"/v1/messages/{response.Json.Text("id")}");
        (await PostAsync(alone, "x", null)).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(alone, "x", second)).ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Get, $"/v1/messages/{second}")).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Keys_of_different_callers_are_different_keys()
    {
        await PhoneAsync("demo");
        var body = JsonSerializer.Serialize(new { userId = "demo", body = "x", sendAt = Far.UtcDateTime });
        var key = Guid.NewGuid().ToString();

        var mine = await SendAsync(HttpMethod.Post, "/v1/messages", body, LocalProcess.UserKey, ("Idempotency-Key", key));
        var others = await SendAsync(HttpMethod.Post, "/v1/messages", body, LocalProcess.AdminKey, ("Idempotency-Key", key));

        (mine.Status, others.Status).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Accepted));
        others.Json.Text("id").ShouldNotBe(mine.Json.Text("id"));
    }

    [Fact]
    public async Task An_entity_tag_spares_the_body_until_something_changes()
    {
        var id = await system.ScheduleAsync(await system.NewUserAsync(), Far);
        var path = $"/v1/messages/{id}";
        var tag = (await SendAsync(HttpMethod.Get, path)).Headers["ETag"];

        foreach (var known in new[] { tag, $"W/{tag}", $"\"other\", {tag}", "*" })
        {
            var answer = await SendAsync(HttpMethod.Get, path, headers: ("If-None-Match", known));
            (answer.Status, answer.Text).ShouldBe((HttpStatusCode.NotModified, ""), known);
        }

        (await SendAsync(HttpMethod.Get, path, headers: ("If-None-Match", "\"other\""))).Status.ShouldBe(HttpStatusCode.OK);
        await SendAsync(HttpMethod.Patch, path, """{"body":"changed"}""");
        (await SendAsync(HttpMethod.Get, path, headers: ("If-None-Match", tag))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task HEAD_is_answered_like_GET_without_a_body()
    {
        var id = await system.ScheduleAsync(await system.NewUserAsync(), Far);
        var got = await SendAsync(HttpMethod.Get, $"/v1/messages/{id}");

        var head = await SendAsync(HttpMethod.Head, $"/v1/messages/{id}");
        (head.Status, head.Text, head.Headers["ETag"]).ShouldBe((HttpStatusCode.OK, "", got.Headers["ETag"]));
        (await SendAsync(HttpMethod.Head, "/v1/messages/unknown")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(HttpMethod.Head, "/healthz", key: null)).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(HttpMethod.Head, $"/v1/messages/{id}", key: null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(HttpMethod.Delete, $"/v1/messages/{id}")).ShouldBeProblem(HttpStatusCode.MethodNotAllowed);
        (await SendAsync(HttpMethod.Get, $"/v1/messages/{id}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_message_of_somebody_else_is_not_there_whatever_is_asked_of_it()
    {
        var id = await system.ScheduleAsync(await system.NewUserAsync(), Far);

        foreach (var (method, path, json) in new[]
        {
            (HttpMethod.Get, $"/v1/messages/{id}", null),
            (HttpMethod.Get, $"/v1/messages/{id}/explanation", null),
            (HttpMethod.Post, $"/v1/messages/{id}/cancel", null),
            (HttpMethod.Patch, $"/v1/messages/{id}", """{"body":"mine"}"""),
        })
        {
            var foreign = await SendAsync(method, path, json, LocalProcess.UserKey);
            var missing = await SendAsync(method, path.Replace(id, "missing", StringComparison.Ordinal), json, LocalProcess.UserKey);

            foreign.ShouldBeProblem(HttpStatusCode.NotFound);
            foreign.Text.ShouldBe(missing.Text);
        }

        (await SendAsync(HttpMethod.Get, "/v1/messages", key: LocalProcess.UserKey)).ShouldBeProblem(HttpStatusCode.Forbidden);
        (await system.MessageAsync(id)).Text("status").ShouldBe("scheduled");
    }

    [Theory]
    [InlineData("/v1/users/a%7C%7Cb/messages")]
    [InlineData("/v1/users/a%20b/messages")]
    public async Task A_user_id_that_can_not_be_one_is_a_400(string path)
    {
        var answer = await SendAsync(HttpMethod.Get, path);

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
        answer.Errors.ShouldHaveSingleItem().ShouldBe("userId");
    }

    [Theory]
    [InlineData("date", "date=2026-02-30")]
    [InlineData("date", "date=today")]
    [InlineData("to", "to=2026")]
    [InlineData("limit", "limit=")]
    [InlineData("limit", "limit=1.5")]
    [InlineData("status", "status=SENT")]
    [InlineData("cursor", "cursor=MTIzNDU")]
    public async Task A_bad_query_value_of_the_list_of_all_is_a_400_that_names_it(string field, string query)
    {
        var answer = await SendAsync(HttpMethod.Get, $"/v1/messages?{query}");

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
        answer.Errors.ShouldHaveSingleItem().ShouldBe(field);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_a_413()
    {
        var answer = await SendAsync(HttpMethod.Post, "/v1/messages", $$"""{"userId":"demo","body":"{{new string('x', 300_000)}}"}""");

        answer.ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task PhoneAsync(string userId) =>
        await VirtualSystem.JsonAsync(await system.Api.PutAsJsonAsync($"/v1/users/{userId}/phone", new { phoneNumber = "+12025550671", verified = true }, Cancellation));

    private Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, string? json = null, string? key = LocalProcess.AdminKey, params (string Name, string Value)[] headers) =>
        ApiAnswer.OfAsync(system, key, method, path, json, headers);
}

/// <summary>An answer of the API, read.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string? ContentType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    /// <summary>The fields that a 400 names.</summary>
    public IReadOnlyList<string> Errors => [.. Json.GetProperty("errors").EnumerateObject().Select(error => error.Name)];

    public static async Task<ApiAnswer> OfAsync(
        VirtualSystem system, string? key, HttpMethod method, string path, string? json, params (string Name, string Value)[] headers)
    {
        using var client = system.Process.ApiAs(key);
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
                request.Content?.Headers.ContentType = new(value);
            else
                request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new ApiAnswer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>It is a problem of this status, complete, and tells nothing of the inside.</summary>
    public void ShouldBeProblem(HttpStatusCode status)
    {
        Status.ShouldBe(status, Text);
        ContentType.ShouldBe("application/problem+json");
        Json.Number("status").ShouldBe((int)status);
        foreach (var field in new[] { "type", "title", "detail" })
            Json.Text(field).ShouldNotBeNullOrWhiteSpace();
        foreach (var inside in new[] { "Exception", "   at ", "System.", "traceId", "+1202" })
            Text.ShouldNotContain(inside);
    }
}
