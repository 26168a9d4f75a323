using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class GoogleFindAndWatchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_gives_the_event_as_it_is_now_and_nothing_once_it_is_gone()
    {
        await using var google = await GoogleAtWork.StartAsync();
        var id = await google.AddAsync(new { summary = "Lunch", start = "2026-03-03T12:00" });

        (await FindAsync(google, id))!.Title.ShouldBe("Lunch");
        await google.ChangeAsync(id, new { summary = "Late lunch", start = "2026-03-03T13:00" });
        (await FindAsync(google, id))!.Start.ShouldBe(Instant.FromUtc(2026, 3, 3, 12, 0));
        await google.DeleteAsync(id);
        (await FindAsync(google, id)).ShouldBeNull();
        google.Clock.Advance(TimeSpan.FromDays(40));
        (await FindAsync(google, id)).ShouldBeNull();
        await google.PostAsync($"/_sim/calendar/{GoogleAtWork.CalendarId}/events", new { id = "again", start = "2026-05-01" });
        (await FindAsync(google, "again"))!.IsAllDay.ShouldBeTrue();
    }

    [Fact]
    public async Task Find_gives_an_occurrence_by_its_own_id()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.AddAsync(new { start = "2026-03-02T10:00", recurrence = "RRULE:FREQ=DAILY" });
        var occurrence = (await google.RoundAsync()).Changes[3].EventId;

        (await FindAsync(google, occurrence))!.Id.ShouldBe(occurrence);
        await google.DeleteAsync(occurrence);

        (await FindAsync(google, occurrence)).ShouldBeNull();
    }

    [Theory]
    [InlineData("gone", "not_found")]
    [InlineData("forbidden", "forbidden")]
    public async Task Find_in_a_calendar_that_cannot_be_read_any_more_does_not_take_the_event_for_deleted(string access, string problem)
    {
        await using var google = await GoogleAtWork.StartAsync();
        var id = await google.AddAsync(new { start = "2026-03-03T12:00" });
        await google.PutAsync($"/_sim/calendar/{GoogleAtWork.CalendarId}", new { access });

        (await Should.ThrowAsync<CalendarRefusedException>(() => FindAsync(google, id))).Problem.ShouldBe(problem);
    }

    [Fact]
    public async Task Watch_opens_a_channel_that_Stop_closes_and_closing_it_again_is_no_error()
    {
        await using var google = await GoogleAtWork.StartAsync();

        var channel = (await google.Source.WatchAsync(google.Calendar, "channel-1", "secret", Cancellation)).ShouldNotBeNull();

        channel.ExpiresAt.ShouldBe(GoogleAtWork.Start + Duration.FromDays(7));
        channel.Token.ShouldBe("secret");
        var open = (await ChannelsAsync(google)).ShouldHaveSingleItem();
        open.GetProperty("id").GetString().ShouldBe("channel-1");
        open.GetProperty("address").GetString().ShouldBe("http://127.0.0.1:9/webhooks/google-calendar");
        open.GetProperty("resourceId").GetString().ShouldBe(channel.ResourceId);

        await google.Source.StopAsync(google.Calendar, channel, Cancellation);
        (await ChannelsAsync(google)).ShouldBeEmpty();
        await google.Source.StopAsync(google.Calendar, channel, Cancellation);
    }

    [Fact]
    public async Task Watch_with_an_id_used_before_is_refused()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.Source.WatchAsync(google.Calendar, "channel-1", "secret", Cancellation);

        (await Should.ThrowAsync<CalendarRefusedException>(() => google.Source.WatchAsync(google.Calendar, "channel-1", "secret", Cancellation)))
            .Problem.ShouldBe("channel_id_not_unique");
    }

    [Fact]
    public async Task Watch_of_a_calendar_that_cannot_be_watched_gives_no_channel()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "watch", status = 400, reason = "pushNotSupportedForRequestedResource" });

        (await google.Source.WatchAsync(google.Calendar, "channel-1", "secret", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Watch_without_an_answer_is_not_repeated_because_the_channel_may_exist()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.FailAsync(new { call = "watch", status = 503, done = true });

        await Should.ThrowAsync<CalendarUnavailableException>(() => google.Source.WatchAsync(google.Calendar, "channel-1", "secret", Cancellation));

        (await google.CallsAsync("watch")).ShouldBe(1);
        (await ChannelsAsync(google)).ShouldHaveSingleItem();
    }

    private static Task<SmsDapr.Core.Calendar.CalendarEntry?> FindAsync(GoogleAtWork google, string id) =>
        google.Source.FindAsync(google.Calendar, id, Cancellation);

    private static async Task<JsonElement[]> ChannelsAsync(GoogleAtWork google)
    {
        using var answer = await google.Http.GetAsync("/_sim/calendar/channels", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("items").EnumerateArray()];
    }
}
