using NodaTime;
using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class GoogleListTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_a_timed_event_comes_with_all_that_a_reminder_needs()
    {
        await using var google = await GoogleAtWork.StartAsync();
        var id = await google.AddAsync(new
        {
            summary = "Dentist",
            description = "<b>Bring</b> the card",
            location = "Main St 5",
            start = "2026-03-03T09:00",
            end = "2026-03-03T09:45",
            joinLink = "https://meet.google.com/abc-defg-hij",
        });

        var (changes, _) = await google.RoundAsync();

        var entry = changes.ShouldHaveSingleItem().Entry.ShouldNotBeNull();
        entry.Id.ShouldBe(id);
        entry.CalendarId.ShouldBe(GoogleAtWork.CalendarId);
        entry.Title.ShouldBe("Dentist");
        entry.Description.ShouldBe("<b>Bring</b> the card");
        entry.Location.ShouldBe("Main St 5");
        entry.JoinLink.ShouldBe("https://meet.google.com/abc-defg-hij");
        entry.Start.ShouldBe(Instant.FromUtc(2026, 3, 3, 8, 0));
        entry.End.ShouldBe(Instant.FromUtc(2026, 3, 3, 8, 45));
        entry.Version.ShouldNotBeNull();
        entry.SeriesId.ShouldBeNull();
        entry.IsAllDay.ShouldBeFalse();
        entry.IsAppointment.ShouldBeTrue();
        entry.Declined.ShouldBeFalse();
    }

    [Fact]
    public async Task List_pages_are_followed_through_an_empty_one_to_the_sync_token()
    {
        await using var google = await GoogleAtWork.StartAsync(options => options with { CalendarPageSize = 2 });
        var ids = new List<string>();
        for (var hour = 9; hour < 16; hour++)
            ids.Add(await google.AddAsync(new { summary = $"Event {hour}", start = $"2026-03-03T{hour:00}:00" }));

        var (changes, token) = await google.RoundAsync();

        changes.Select(change => change.EventId).ShouldBe(ids, ignoreOrder: true);
        (await google.CallsAsync("list")).ShouldBe(5);
        (await google.RoundAsync(GoogleAtWork.Week with { SyncToken = token })).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_after_a_sync_token_brings_only_what_changed_and_deletions_without_an_entry()
    {
        await using var google = await GoogleAtWork.StartAsync();
        var kept = await google.AddAsync(new { summary = "Kept", start = "2026-03-03T09:00" });
        var moved = await google.AddAsync(new { summary = "Moved", start = "2026-03-03T10:00" });
        var deleted = await google.AddAsync(new { summary = "Deleted", start = "2026-03-03T11:00" });
        var (_, token) = await google.RoundAsync();

        await google.ChangeAsync(moved, new { start = "2026-06-03T10:00" });
        await google.DeleteAsync(deleted);
        var (changes, _) = await google.RoundAsync(GoogleAtWork.Week with { SyncToken = token });

        changes.Select(change => change.EventId).ShouldBe([moved, deleted], ignoreOrder: true);
        changes.Single(change => change.EventId == moved).Entry!.Start.ShouldBe(Instant.FromUtc(2026, 6, 3, 8, 0));
        changes.Single(change => change.EventId == deleted).Entry.ShouldBeNull();
        changes.ShouldNotContain(change => change.EventId == kept);
    }

    [Fact]
    public async Task List_with_an_expired_sync_token_asks_for_a_full_round()
    {
        await using var google = await GoogleAtWork.StartAsync();
        var (_, token) = await google.RoundAsync();
        await google.PostAsync($"/_sim/calendar/{GoogleAtWork.CalendarId}/expire-sync-tokens");

        await Should.ThrowAsync<SyncTokenExpiredException>(() => google.Source.ListAsync(google.Calendar, GoogleAtWork.Week with { SyncToken = token }, Cancellation));

        (await google.CallsAsync("list")).ShouldBe(2);
    }

    [Fact]
    public async Task List_a_series_comes_as_occurrences_with_their_moves_and_cancellations()
    {
        await using var google = await GoogleAtWork.StartAsync();
        var series = await google.AddAsync(new { summary = "Standup", start = "2026-03-02T10:00", recurrence = "RRULE:FREQ=DAILY" });
        var (first, token) = await google.RoundAsync();
        var instances = first.Select(change => change.EventId).Order(StringComparer.Ordinal).ToList();
        instances.Count.ShouldBe(7);
        first.ShouldAllBe(change => change.Entry!.SeriesId == series);

        await google.ChangeAsync(instances[1], new { start = "2026-03-03T15:00" });
        await google.DeleteAsync(instances[2]);
        var (second, next) = await google.RoundAsync(GoogleAtWork.Week with { SyncToken = token });

        second.Select(change => change.EventId).ShouldBe([instances[1], instances[2]]);
        second[0].Entry!.Start.ShouldBe(Instant.FromUtc(2026, 3, 3, 14, 0));
        second[1].Entry.ShouldBeNull();

        await google.DeleteAsync(series);
        var (third, _) = await google.RoundAsync(GoogleAtWork.Week with { SyncToken = next });
        third.Select(change => change.EventId).ShouldBe(instances);
        third.ShouldAllBe(change => change.Entry == null);
    }

    [Fact]
    public async Task List_a_split_series_goes_on_under_new_ids()
    {
        await using var google = await GoogleAtWork.StartAsync();
        var series = await google.AddAsync(new { summary = "Standup", start = "2026-03-02T10:00", recurrence = "RRULE:FREQ=DAILY;COUNT=6" });
        var (first, token) = await google.RoundAsync();
        var instances = first.Select(change => change.EventId).Order(StringComparer.Ordinal).ToList();

        var rest = await google.PostAsync(
            $"/_sim/calendar/{GoogleAtWork.CalendarId}/events/{instances[4]}/split", new { start = "2026-03-06T16:00" });
        var (second, _) = await google.RoundAsync(GoogleAtWork.Week with { SyncToken = token });

        var alive = second.Where(change => change.Entry is not null).ToLookup(change => change.Entry!.SeriesId);
        alive[series].Count().ShouldBe(4);
        alive[rest.GetProperty("id").GetString()].Select(change => change.Entry!.Start).ShouldBe(
            [Instant.FromUtc(2026, 3, 6, 15, 0), Instant.FromUtc(2026, 3, 7, 15, 0)]);
        second.Where(change => change.Entry is null).Select(change => change.EventId).ShouldBe(instances[4..]);
    }

    [Fact]
    public async Task List_all_day_events_have_dates_and_what_is_no_appointment_says_so()
    {
        await using var google = await GoogleAtWork.StartAsync();
        await google.AddAsync(new { id = "day0", summary = "Holiday", start = "2026-03-05" });
        await google.AddAsync(new { id = "day1", summary = "Office", start = "2026-03-05T09:00", eventType = "workingLocation" });
        await google.AddAsync(new { id = "day2", summary = "Party", start = "2026-03-05T19:00", response = "declined" });
        await google.AddAsync(new { id = "day3", summary = "Flight", start = "2026-03-05T20:00", eventType = "fromGmail", response = "accepted" });

        var entries = (await google.RoundAsync()).Changes.ToDictionary(change => change.EventId, change => change.Entry!);

        (entries["day0"].StartDate, entries["day0"].EndDate).ShouldBe((new LocalDate(2026, 3, 5), new LocalDate(2026, 3, 6)));
        (entries["day0"].Start, entries["day0"].IsAllDay).ShouldBe((null, true));
        entries["day1"].IsAppointment.ShouldBeFalse();
        (entries["day2"].Declined, entries["day2"].IsAppointment).ShouldBe((true, true));
        (entries["day3"].Declined, entries["day3"].IsAppointment).ShouldBe((false, true));
    }
}
