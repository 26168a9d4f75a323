using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Simulators;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class GoogleFailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, "rateLimitExceeded")]
    [InlineData(403, "rateLimitExceeded")]
    [InlineData(403, "userRateLimitExceeded")]
    [InlineData(500, "backendError")]
    [InlineData(503, null)]
    public async Task List_refused_for_a_moment_is_repeated_until_it_comes(int status, string? reason)
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", times = 2, status, reason });

        (await google.RoundAsync()).Changes.ShouldBeEmpty();

        (await google.CallsAsync("list")).ShouldBe(3);
    }

    [Theory]
    [InlineData(503, null)]
    [InlineData(429, "rateLimitExceeded")]
    [InlineData(403, "rateLimitExceeded")]
    public async Task List_refused_again_and_again_ends_as_unavailable(int status, string? reason)
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", status, reason });

        await Should.ThrowAsync<CalendarUnavailableException>(() => google.RoundAsync());

        (await google.CallsAsync("list")).ShouldBe(4);
    }

    [Fact]
    public async Task List_told_to_stay_away_for_long_is_not_repeated_and_says_how_long()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", status = 503, reason = "backendError", retryAfter = 120 });

        var failure = await Should.ThrowAsync<CalendarUnavailableException>(() => google.RoundAsync());

        failure.RetryAfter.ShouldBe(TimeSpan.FromMinutes(2));
        (await google.CallsAsync("list")).ShouldBe(1);
    }

    [Fact]
    public async Task List_told_to_wait_a_second_waits_it()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", times = 1, status = 429, reason = "rateLimitExceeded", retryAfter = 1 });
        var begin = Stopwatch.GetTimestamp();

        await google.RoundAsync();

        Stopwatch.GetElapsedTime(begin).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task List_with_a_day_s_quota_used_up_is_left_for_later()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", status = 403, reason = "quotaExceeded" });

        var failure = await Should.ThrowAsync<CalendarUnavailableException>(() => google.RoundAsync());

        failure.RetryAfter.ShouldBe(TimeSpan.FromMinutes(15));
        (await google.CallsAsync("list")).ShouldBe(1);
    }

    [Theory]
    [InlineData(403, "forbidden", "forbidden")]
    [InlineData(403, "insufficientPermissions", "insufficient_permissions")]
    [InlineData(403, "accessNotConfigured", "access_not_configured")]
    [InlineData(403, null, "forbidden")]
    [InlineData(404, "notFound", "not_found")]
    [InlineData(400, "badRequest", "bad_request")]
    public async Task List_refused_for_good_says_why_and_is_not_repeated(int status, string? reason, string problem)
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", status, reason });

        (await Should.ThrowAsync<CalendarRefusedException>(() => google.RoundAsync())).Problem.ShouldBe(problem);

        (await google.CallsAsync("list")).ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "list", times = 1, answer = "close" });

        await google.RoundAsync();

        (await google.CallsAsync("list")).ShouldBe(2);
    }

    [Fact]
    public async Task A_call_that_hangs_ends_by_its_time_limit()
    {
        await using var google = await GoogleAtWork.StartAsync(
            limit: limits => limits with { AttemptLimit = TimeSpan.FromMilliseconds(200), Retries = 1 });
        await google.FailAsync(new { call = "list", answer = "hang" });

        await Should.ThrowAsync<CalendarUnavailableException>(() => google.RoundAsync());
    }

    [Fact]
    public async Task Neither_logs_nor_exceptions_hold_a_token_a_title_or_the_calendar_s_address()
    {
        using var log = new LogLines();
        await using var google = await GoogleAtWork.StartAsync(configure: services => services.AddSingleton<ILoggerProvider>(log));
        await google.AddAsync(new { summary = "Very private", start = "2026-03-03T09:00" });
        await google.RoundAsync();
        var failures = new List<Exception>();
        foreach (var rule in new object[]
        {
            new { call = "list", status = 503 },
            new { call = "list", status = 403, reason = "forbidden" },
            new { call = "list", answer = "close" },
        })
        {
            await google.FailAsync(rule);
            failures.Add(await Should.ThrowAsync<Exception>(() => google.RoundAsync()));
            await google.Http.DeleteAsync("/_sim/calendar/plans", Cancellation);
        }

        await google.PutAsync("/_sim/calendar/consent", new { refreshToken = SimulatorOptions.DefaultRefreshToken, revoked = true });
        failures.Add(await Should.ThrowAsync<Exception>(() => google.RoundAsync()));

        log.Lines.ShouldNotBeEmpty();
        foreach (var line in log.Lines.Concat(failures.Select(failure => failure.ToString())))
        {
            line.ShouldNotContain(SimulatorOptions.DefaultRefreshToken);
            line.ShouldNotContain("ya29");
            line.ShouldNotContain("Very private");
            line.ShouldNotContain("demo@example.com");
            line.ShouldNotContain("demo%40example.com");
            line.ShouldNotContain(SimulatorOptions.DefaultClientSecret);
        }
    }
}
