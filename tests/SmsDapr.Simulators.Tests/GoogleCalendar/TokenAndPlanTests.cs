using System.Net;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.GoogleCalendar;

public sealed class TokenAndPlanTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("refresh_token", "wrong-client", 401, "invalid_client")]
    [InlineData("password", SimulatorOptions.DefaultClientId, 400, "unsupported_grant_type")]
    public async Task A_grant_that_Google_would_refuse_is_refused(string grant, string client, int status, string error)
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.PostAsync(
            "/token", ("grant_type", grant), ("refresh_token", "x"), ("client_id", client), ("client_secret", SimulatorOptions.DefaultClientSecret));

        (await Simulator.JsonAsync(answer, status)).GetProperty("error").GetString().ShouldBe(error);
    }

    [Theory]
    [InlineData("""{"iss":"robot@example.com","scope":"s","aud":"https://oauth2.googleapis.com/token","iat":1795424400,"exp":1795428000}""", 200)]
    [InlineData("""{"iss":"robot@example.com","scope":"s","aud":"http://127.0.0.1/token","iat":1795424400,"exp":1795428000}""", 400)]
    [InlineData("""{"iss":"robot@example.com","scope":"s","aud":"https://oauth2.googleapis.com/token","iat":1795420000,"exp":1795423600}""", 400)]
    [InlineData("""[]""", 400)]
    public async Task An_assertion_is_good_for_Google_s_audience_and_for_an_hour(string claims, int status)
    {
        await using var simulator = await Simulator.StartAsync();
        var payload = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(claims));

        using var answer = await simulator.PostAsync(
            "/token", ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", $"e30.{payload}.c2ln"));

        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task Without_a_good_access_token_nothing_is_shown()
    {
        await using var simulator = await Simulator.StartAsync();

        await simulator.ShouldRefuseAsync(CalendarSimulator.Events, 401, "authError");
        await simulator.SignInAsync();
        await simulator.GetAsync(CalendarSimulator.Events);
        simulator.Clock.Advance(TimeSpan.FromHours(1));
        await simulator.ShouldRefuseAsync(CalendarSimulator.Events, 401, "authError");
    }

    [Theory]
    [InlineData("forbidden", 403, "forbidden")]
    [InlineData("gone", 404, "notFound")]
    public async Task Access_to_a_calendar_can_be_taken_away(string access, int status, string reason)
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.SignInAsync();
        await simulator.CallAsync(HttpMethod.Put, CalendarSimulator.Sim, new { access });

        await simulator.ShouldRefuseAsync(CalendarSimulator.Events, status, reason);
        await simulator.ShouldRefuseAsync("/calendar/v3/calendars/nobody/events", 404, "notFound");
    }

    [Fact]
    public async Task A_rule_holds_for_its_calls_only_and_calls_are_counted()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.SignInAsync();
        await simulator.CallAsync(HttpMethod.Delete, "/_sim/calendar/calls", status: 204);
        await simulator.CallAsync(
            HttpMethod.Post,
            "/_sim/calendar/plans",
            new { rules = new[] { new { call = "list", skip = 1, times = 1, status = 429, reason = "rateLimitExceeded", retryAfter = 7 } } },
            201);

        await simulator.GetAsync(CalendarSimulator.Events);
        using var refused = await simulator.Client.GetAsync(CalendarSimulator.Events, Cancellation);
        await simulator.GetAsync(CalendarSimulator.Events);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        var calls = await simulator.GetAsync("/_sim/calendar/calls");
        calls.GetProperty("counts").GetProperty("list").GetInt32().ShouldBe(3);
        calls.GetProperty("items").EnumerateArray().Select(call => call.GetProperty("status").GetInt32()).ShouldBe([200, 429, 200]);
    }

    [Fact]
    public async Task A_rule_without_a_reason_answers_with_a_page()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.CallAsync(HttpMethod.Post, "/_sim/calendar/plans", new { rules = new[] { new { call = "any", status = 502 } } }, 201);

        using var answer = await simulator.Client.GetAsync(CalendarSimulator.Events, Cancellation);

        ((int)answer.StatusCode).ShouldBe(502);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Fact]
    public async Task The_page_is_served_without_credentials_and_without_anything_from_elsewhere()
    {
        await using var simulator = await Simulator.StartAsync();

        var html = await simulator.Client.GetStringAsync("/calendar", Cancellation);

        html.ShouldContain("<h1>Simulated calendar</h1>");
        html.ShouldContain("lang=\"en\"");
        html.ShouldNotContain("src=");
        html.ShouldNotContain("<link");
    }

    [Fact]
    public async Task The_feed_is_served_with_a_version_that_changes_with_the_calendar()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.AddEventAsync(new { summary = "Long, long; title with a \\ and ümlauts that goes on and on until it must be folded", start = "2026-11-24T10:00" });
        using var first = await simulator.Client.GetAsync($"{CalendarSimulator.Sim}.ics", Cancellation);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{CalendarSimulator.Sim}.ics");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var same = await simulator.Client.SendAsync(again, Cancellation);
        await simulator.AddEventAsync(new { start = "2026-11-25" });
        using var changed = await simulator.Client.GetAsync($"{CalendarSimulator.Sim}.ics", Cancellation);

        first.Content.Headers.ContentType!.MediaType.ShouldBe("text/calendar");
        (await first.Content.ReadAsStringAsync(Cancellation)).Split("\r\n").ShouldAllBe(line => System.Text.Encoding.UTF8.GetByteCount(line) <= 75);
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        changed.Headers.ETag.ShouldNotBe(first.Headers.ETag);
    }
}
