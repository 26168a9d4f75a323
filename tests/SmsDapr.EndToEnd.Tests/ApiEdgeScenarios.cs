using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Times at the edge of what there is, and requests at the edge of what they ask for.</summary>
public sealed class ApiEdgeScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_time_finer_than_a_clock_has_is_no_endless_turning()
    {
        var user = await system.NewUserAsync();
        var due = await system.NextAsync(10, 50);

        var message = await VirtualSystem.JsonAsync(await system.Api.PostAsJsonAsync(
            "/v1/messages", new { userId = user.Id, body = "x", sendAt = $"{due:yyyy-MM-ddTHH:mm:ss}.123456789Z" }, Cancellation));
        await system.AdvanceToAsync(due.AddSeconds(20));

        message.Text("sendAt").ShouldBe($"{due:yyyy-MM-ddTHH:mm:ss}.1234567Z");
        (await system.MessageAsync(message.Text("id")!)).Text("status").ShouldBe("delivered");
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("-9998-01-01T00:00:00+18:00")]
    [InlineData("2030-01-01T24:00:00Z")]
    public async Task A_time_that_is_none_is_a_400(string time)
    {
        var user = await system.NewUserAsync();

        using var created = await system.Api.PostAsJsonAsync("/v1/messages", new { userId = user.Id, body = "x", sendAt = time }, Cancellation);
        using var listed = await system.Api.GetAsync(new Uri($"/v1/messages?from={Uri.EscapeDataString(time)}", UriKind.Relative), Cancellation);

        (await ErrorsAsync(created)).ShouldBe(["sendAt"]);
        (await ErrorsAsync(listed)).ShouldBe(["from"]);
    }

    [Fact]
    public async Task The_last_date_of_all_has_no_messages()
    {
        var page = await VirtualSystem.JsonAsync(await system.Api.GetAsync(new Uri("/v1/messages?date=9999-12-31", UriKind.Relative), Cancellation));
        using var run = await system.Api.PostAsJsonAsync("/v1/planning/runs", new { date = "9999-12-31" }, Cancellation);

        page.GetProperty("items").GetArrayLength().ShouldBe(0);
        (await ErrorsAsync(run)).ShouldBe(["date"]);
    }

    [Fact]
    public async Task An_empty_change_of_a_message_that_is_out_is_refused_like_any_other()
    {
        var id = await system.ScheduleAsync(await system.NewUserAsync(), sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));

        using var answer = await system.Api.PatchAsJsonAsync($"/v1/messages/{id}", new { }, Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_refused_request_does_not_use_its_idempotency_key_up()
    {
        var user = await system.NewUserAsync();
        var key = $"k-{Guid.NewGuid():N}";
        var now = await system.NowAsync();

        (await PostAsync($"first-{key}", now.AddDays(-1))).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync($"second-{key}", now.AddDays(1))).ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync($"second-{key}", now.AddDays(1))).ShouldBe(HttpStatusCode.OK);
        (await PostAsync($"first-{key}", now.AddDays(1))).ShouldBe(HttpStatusCode.Conflict);

        async Task<HttpStatusCode> PostAsync(string id, DateTimeOffset sendAt)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages")
            {
                Content = JsonContent.Create(new { userId = user.Id, body = "x", id, sendAt = sendAt.UtcDateTime }),
            };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await system.Api.SendAsync(request, Cancellation);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("\u200b")]
    [InlineData("\u200e \u2060")]
    public async Task A_text_that_shows_nothing_is_empty(string body)
    {
        var user = await system.NewUserAsync();

        using var answer = await system.Api.PostAsJsonAsync("/v1/messages", new { userId = user.Id, body }, Cancellation);

        (await ErrorsAsync(answer)).ShouldBe(["body"]);
    }

    private static async Task<IReadOnlyList<string>> ErrorsAsync(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(Cancellation));
        return [.. problem.GetProperty("errors").EnumerateObject().Select(error => error.Name)];
    }
}
