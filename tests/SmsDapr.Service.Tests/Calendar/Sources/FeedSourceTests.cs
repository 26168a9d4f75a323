using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Calendar.Sources.Feeds;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class FeedSourceTests
{
    private static readonly CalendarCursor Window = new(null, null, Instant.FromUtc(2026, 3, 1, 0, 0), Instant.FromUtc(2026, 4, 1, 0, 0));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://example.com/a.ics", true)]
    [InlineData("WEBCAL://example.com/a.ics", true)]
    [InlineData("http://127.0.0.1:5090/a.ics", true)]
    [InlineData("anna@example.com", false)]
    [InlineData("primary", false)]
    public void Every_calendar_id_is_of_one_kind(string calendarId, bool isFeed) => FeedAddress.IsFeed(calendarId).ShouldBe(isFeed);

    [Theory]
    [InlineData("webcal://example.com/a.ics", "https://example.com/a.ics")]
    [InlineData("http://127.0.0.1:5090/a.ics", "http://127.0.0.1:5090/a.ics")]
    [InlineData("http://example.com/a.ics", null)]
    [InlineData("https://", null)]
    public void Webcal_means_https_and_http_is_for_this_machine_only(string calendarId, string? address) =>
        FeedAddress.Parse(calendarId)?.AbsoluteUri.ShouldBe(address);

    [Fact]
    public async Task A_round_over_an_unchanged_feed_is_empty_and_costs_a_conditional_request()
    {
        await using var server = await FeedServer.StartAsync();
        var first = await server.ListAsync(Window);
        first.Changes.ShouldHaveSingleItem();

        var second = await server.ListAsync(Window with { SyncToken = first.SyncToken });

        second.Changes.ShouldBeEmpty();
        second.SyncToken.ShouldBe(first.SyncToken);
        server.Statuses.ShouldBe([200, 304]);
    }

    [Fact]
    public async Task A_change_expires_the_token_and_the_full_round_after_it_needs_no_second_fetch()
    {
        await using var server = await FeedServer.StartAsync();
        var first = await server.ListAsync(Window);
        server.Body = FeedServer.Calendar("New", "20260303T100000Z");

        await Should.ThrowAsync<SyncTokenExpiredException>(() => server.ListAsync(Window with { SyncToken = first.SyncToken }));
        var second = await server.ListAsync(Window);
        var third = await server.ListAsync(Window with { SyncToken = second.SyncToken });

        second.Changes.ShouldHaveSingleItem().Entry!.Title.ShouldBe("New");
        third.Changes.ShouldBeEmpty();
        server.Statuses.ShouldBe([200, 200, 304]);
    }

    [Fact]
    public async Task A_feed_whose_server_knows_no_versions_is_compared_by_what_it_says()
    {
        await using var server = await FeedServer.StartAsync();
        server.HasETag = false;
        var first = await server.ListAsync(Window);
        server.Body = server.Body.Replace("DTSTAMP:20260101T000000Z", "DTSTAMP:20260202T000000Z", StringComparison.Ordinal);

        (await server.ListAsync(Window with { SyncToken = first.SyncToken })).Changes.ShouldBeEmpty();
        server.Body = FeedServer.Calendar("New", "20260303T100000Z");
        await Should.ThrowAsync<SyncTokenExpiredException>(() => server.ListAsync(Window with { SyncToken = first.SyncToken }));
    }

    [Fact]
    public async Task A_feed_cut_off_in_the_middle_changes_nothing()
    {
        await using var server = await FeedServer.StartAsync();
        var first = await server.ListAsync(Window);
        server.Body = server.Body[..^40];

        await Should.ThrowAsync<CalendarUnavailableException>(() => server.ListAsync(Window with { SyncToken = first.SyncToken }));
    }

    [Fact]
    public async Task An_error_page_in_place_of_the_feed_changes_nothing_but_a_page_that_never_was_a_feed_is_refused()
    {
        await using var server = await FeedServer.StartAsync();
        var first = await server.ListAsync(Window);
        server.Body = "<html>Sign in</html>";

        await Should.ThrowAsync<CalendarUnavailableException>(() => server.ListAsync(Window with { SyncToken = first.SyncToken }));
        server.Forget();
        (await Should.ThrowAsync<CalendarRefusedException>(() => server.ListAsync(Window))).Problem.ShouldBe("not_a_calendar");
    }

    [Theory]
    [InlineData(404, "not_found")]
    [InlineData(410, "not_found")]
    [InlineData(403, "forbidden")]
    [InlineData(401, "forbidden")]
    [InlineData(418, "bad_request")]
    public async Task A_feed_that_is_refused_says_why_at_once(int status, string problem)
    {
        await using var server = await FeedServer.StartAsync();
        server.Status = status;

        (await Should.ThrowAsync<CalendarRefusedException>(() => server.ListAsync(Window))).Problem.ShouldBe(problem);

        server.Statuses.ShouldBe([status]);
    }

    [Fact]
    public async Task A_server_in_trouble_is_asked_three_times_in_all()
    {
        await using var server = await FeedServer.StartAsync();
        server.Status = 503;

        await Should.ThrowAsync<CalendarUnavailableException>(() => server.ListAsync(Window));

        server.Statuses.ShouldBe([503, 503, 503]);
    }

    [Fact]
    public async Task A_feed_larger_than_any_calendar_is_refused()
    {
        await using var server = await FeedServer.StartAsync();
        server.Body = new string('x', (int)FeedClient.MaxBytes + 1);

        (await Should.ThrowAsync<CalendarRefusedException>(() => server.ListAsync(Window))).Problem.ShouldBe("feed_too_large");
    }

    [Fact]
    public async Task A_feed_that_never_ends_is_given_up_after_the_time_limit()
    {
        await using var server = await FeedServer.StartAsync(limits: new FeedCallLimits
        {
            Retries = 1,
            FirstDelay = TimeSpan.FromMilliseconds(1),
            AttemptLimit = TimeSpan.FromMilliseconds(200),
        });
        server.Hangs = true;

        await Should.ThrowAsync<CalendarUnavailableException>(() => server.ListAsync(Window));
    }

    [Fact]
    public async Task Redirects_are_followed_a_few_times_and_never_inwards()
    {
        await using var server = await FeedServer.StartAsync();
        (await server.ListAsync(Window, "/redirect/3")).Changes.ShouldHaveSingleItem();

        (await Should.ThrowAsync<CalendarRefusedException>(() => server.ListAsync(Window, "/redirect/9"))).Problem.ShouldBe("too_many_redirects");
        (await Should.ThrowAsync<CalendarRefusedException>(() => server.ListAsync(Window, "/away"))).Problem.ShouldBe("address_not_allowed");
    }

    [Fact]
    public async Task Private_addresses_are_refused_unless_the_operator_allows_them()
    {
        await using var server = await FeedServer.StartAsync(allowPrivate: false);

        (await Should.ThrowAsync<CalendarRefusedException>(() => server.ListAsync(Window))).Problem.ShouldBe("address_not_allowed");

        server.Statuses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Find_looks_into_the_copy_that_was_just_fetched()
    {
        await using var server = await FeedServer.StartAsync();
        var id = (await server.ListAsync(Window)).Changes.Single().EventId;

        (await server.Source.FindAsync(server.Calendar(), id, Cancellation))!.Title.ShouldBe("Old");
        (await server.Source.FindAsync(server.Calendar(), "gone", Cancellation)).ShouldBeNull();

        server.Statuses.ShouldBe([200]);
    }

    [Fact]
    public async Task Watch_is_nothing_that_feeds_can_do()
    {
        await using var server = await FeedServer.StartAsync();

        (await server.Source.WatchAsync(server.Calendar(), "id", "token", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Neither_logs_nor_exceptions_hold_the_address()
    {
        using var log = new LogLines();
        await using var server = await FeedServer.StartAsync(configure: services => services.AddSingleton<ILoggerProvider>(log));
        await server.ListAsync(Window, "/feed?key=geheim");
        server.Status = 503;
        var busy = await Should.ThrowAsync<Exception>(() => server.ListAsync(Window, "/other?key=geheim"));
        server.Status = 404;
        var gone = await Should.ThrowAsync<Exception>(() => server.ListAsync(Window, "/third?key=geheim"));

        log.Lines.ShouldNotBeEmpty();
        foreach (var line in log.Lines.Append(busy.ToString()).Append(gone.ToString()))
            line.ShouldNotContain("geheim");
    }
}
