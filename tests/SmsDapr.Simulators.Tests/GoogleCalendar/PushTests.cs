using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.GoogleCalendar;

public sealed class PushTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_channel_greets_after_the_answer_and_then_says_that_something_changed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await StartAsync();
        var channel = await simulator.WatchAsync(receiver.Url);
        channel.GetProperty("expiration").GetString().ShouldBe(
            simulator.Clock.GetUtcNow().AddDays(7).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        receiver.Count.ShouldBe(0);

        simulator.Clock.Advance(Second);
        var greeting = await receiver.NextAsync();
        await simulator.AddEventAsync(new { start = "2026-11-24T10:00" });
        simulator.Clock.Advance(Second);
        var change = await receiver.NextAsync();

        greeting.Headers["X-Goog-Resource-State"].ToString().ShouldBe("sync");
        greeting.Headers["X-Goog-Message-Number"].ToString().ShouldBe("1");
        change.Headers["X-Goog-Resource-State"].ToString().ShouldBe("exists");
        change.Headers["X-Goog-Channel-ID"].ToString().ShouldBe("channel-1");
        change.Headers["X-Goog-Channel-Token"].ToString().ShouldBe("secret");
        change.Headers["X-Goog-Resource-ID"].ToString().ShouldBe(channel.GetProperty("resourceId").GetString());
        change.Headers["X-Goog-Channel-Expiration"].ToString().ShouldBe("Mon, 30 Nov 2026 09:00:00 GMT");
        change.Headers.ContentLength.ShouldBe(0);
        change.Headers.UserAgent.ToString().ShouldStartWith("APIs-Google");
    }

    [Fact]
    public async Task A_channel_may_greet_before_the_answer()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await StartAsync();
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "before_answer" });

        await simulator.WatchAsync(receiver.Url);

        receiver.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Numbers_grow_and_skip_some()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await StartAsync();
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never", skippedNumbers = 1 });
        await simulator.WatchAsync(receiver.Url);

        var numbers = new List<int>();
        for (var change = 0; change < 5; change++)
        {
            await simulator.AddEventAsync(new { start = "2026-11-24T10:00" });
            simulator.Clock.Advance(Second);
            numbers.Add(int.Parse((await receiver.NextAsync()).Headers["X-Goog-Message-Number"].ToString(), CultureInfo.InvariantCulture));
        }

        numbers.ShouldBeInOrder();
        numbers.Distinct().Count().ShouldBe(5);
        numbers[^1].ShouldBeGreaterThanOrEqualTo(10);
    }

    [Fact]
    public async Task Pushes_are_lost_doubled_and_late_as_the_plan_says()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await StartAsync();
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never", loss = 1 });
        await simulator.WatchAsync(receiver.Url);
        await simulator.AddEventAsync(new { start = "2026-11-24T10:00" });
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never", duplication = 1 });
        await simulator.AddEventAsync(new { start = "2026-11-24T11:00" });
        simulator.Clock.Advance(TimeSpan.FromSeconds(2));

        var (first, second) = (await receiver.NextAsync(), await receiver.NextAsync());
        second.Headers["X-Goog-Message-Number"].ShouldBe(first.Headers["X-Goog-Message-Number"]);

        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { late = 1, lateness = "PT1H" });
        await simulator.AddEventAsync(new { start = "2026-11-24T12:00" });
        simulator.Clock.Advance(TimeSpan.FromMinutes(59));
        receiver.Count.ShouldBe(2);
        simulator.Clock.Advance(TimeSpan.FromMinutes(2));
        await receiver.NextAsync();
    }

    [Fact]
    public async Task A_push_answered_with_a_server_error_is_repeated_with_growing_pauses()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (number, http) =>
        {
            http.Response.StatusCode = number < 4 ? 503 : 200;
            return Task.CompletedTask;
        };
        using var patience = new Patience();
        var clock = new WatchedClock(Simulator.Start);
        await using var simulator = await StartAsync(clock);
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never", skippedNumbers = 0 });
        await simulator.WatchAsync(receiver.Url);

        await simulator.AddEventAsync(new { start = "2026-11-24T10:00" });
        foreach (var seconds in new[] { 1, 1, 2, 4 })
        {
            var pause = await clock.NextWaitAsync(patience.Token);
            pause.ShouldBe(TimeSpan.FromSeconds(seconds));
            clock.Advance(pause);
            (await receiver.NextAsync()).Headers["X-Goog-Message-Number"].ToString().ShouldBe("1");
        }

        // The next change proves that nothing else was on its way: its push is the next one.
        await simulator.AddEventAsync(new { start = "2026-11-24T11:00" });
        clock.Advance(await clock.NextWaitAsync(patience.Token));
        (await receiver.NextAsync()).Headers["X-Goog-Message-Number"].ToString().ShouldBe("2");
    }

    [Fact]
    public async Task A_push_that_breaks_is_told_of_without_its_address_and_token()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var log = new LogCapture();
        await using var simulator = await Simulator.StartAsync(configure: builder =>
        {
            builder.Logging.AddProvider(log);
            builder.Services.ConfigureHttpClientDefaults(client => client.AddHttpMessageHandler(() => new BreakingHandler()));
        });
        await simulator.SignInAsync();
        await simulator.WatchAsync(receiver.Url);

        simulator.Clock.Advance(Second);

        using var patience = new Patience();
        (await log.NextAsync("given up", patience.Token)).ShouldBe("A calendar push was given up until the next start: InvalidOperationException.");
        log.Lines.ShouldNotContain(line => line.Contains(receiver.Url) || line.Contains("secret"));
    }

    [Fact]
    public async Task A_channel_is_silent_after_it_expired_or_was_stopped()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await StartAsync();
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never" });
        var expiring = await simulator.WatchAsync(receiver.Url, "expiring");
        simulator.Clock.Advance(TimeSpan.FromDays(7));
        await simulator.SignInAsync();
        var stopped = await simulator.WatchAsync(receiver.Url, "stopped");

        await StopAsync(simulator, stopped, 204);
        await StopAsync(simulator, stopped, 404);
        await StopAsync(simulator, expiring, 404);
        await simulator.AddEventAsync(new { start = "2026-12-24T10:00" });
        simulator.Clock.Advance(TimeSpan.FromHours(1));

        receiver.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("""{"type":"web_hook","address":"https://example.com/"}""", "required")]
    [InlineData("""{"id":"a","type":"mail","address":"https://example.com/"}""", "invalid")]
    [InlineData("""{"id":"a","type":"web_hook","address":"http://example.com/"}""", "push.webhookUrlNotHttps")]
    public async Task A_watch_that_Google_would_refuse_is_refused(string body, string reason)
    {
        await using var simulator = await StartAsync();

        var error = await simulator.CallAsync(
            HttpMethod.Post, $"{CalendarSimulator.Events}/watch", JsonSerializer.Deserialize<JsonElement>(body), 400);

        error.GetProperty("error").GetProperty("errors")[0].GetProperty("reason").GetString().ShouldBe(reason);
    }

    private static Task<JsonElement> StopAsync(Simulator simulator, JsonElement channel, int status) => simulator.CallAsync(
        HttpMethod.Post,
        "/calendar/v3/channels/stop",
        new { id = channel.GetProperty("id").GetString(), resourceId = channel.GetProperty("resourceId").GetString() },
        status);

    private static async Task<Simulator> StartAsync(FakeTimeProvider? clock = null)
    {
        var simulator = await Simulator.StartAsync(clock: clock);
        await simulator.SignInAsync();
        return simulator;
    }

    private sealed class BreakingHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"{request.RequestUri} {string.Join(' ', request.Headers.GetValues("X-Goog-Channel-Token"))}");
    }
}
