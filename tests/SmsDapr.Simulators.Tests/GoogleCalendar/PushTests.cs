using System.Globalization;
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
        await using var simulator = await StartAsync();
        var answered = new SemaphoreSlim(0);
        receiver.Answer = (number, http) =>
        {
            http.Response.StatusCode = number < 3 ? 503 : 200;
            http.Response.OnCompleted(() =>
            {
                answered.Release();
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        };
        await simulator.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never" });
        await simulator.WatchAsync(receiver.Url);
        await simulator.AddEventAsync(new { start = "2026-11-24T10:00" });

        // Small steps, since the next pause begins whenever the answer before it was read.
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            while (receiver.Count < attempt)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                simulator.Clock.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }

            await answered.WaitAsync(TestContext.Current.CancellationToken);
            (await receiver.NextAsync()).Headers["X-Goog-Resource-State"].ToString().ShouldBe("exists");
        }

        simulator.Clock.Advance(TimeSpan.FromHours(1));
        receiver.Count.ShouldBe(3);
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
            HttpMethod.Post, $"{CalendarSimulator.Events}/watch", System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(body), 400);

        error.GetProperty("error").GetProperty("errors")[0].GetProperty("reason").GetString().ShouldBe(reason);
    }

    private static Task StopAsync(Simulator simulator, System.Text.Json.JsonElement channel, int status) => simulator.CallAsync(
        HttpMethod.Post,
        "/calendar/v3/channels/stop",
        new { id = channel.GetProperty("id").GetString(), resourceId = channel.GetProperty("resourceId").GetString() },
        status);

    private static async Task<Simulator> StartAsync()
    {
        var simulator = await Simulator.StartAsync();
        await simulator.SignInAsync();
        return simulator;
    }
}
