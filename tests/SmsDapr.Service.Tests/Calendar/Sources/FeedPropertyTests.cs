using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Calendar.Sources.Feeds;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class FeedPropertyTests
{
    private static readonly string[] Zones =
    [
        "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "UTC",
        "Asia/Tehran", "America/Santiago",
    ];

    private static readonly string[] Rules =
    [
        "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR", "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The same calendars, once through Google's API with the simulator's own rules and once as feeds through Ical.Net.</summary>
    [Fact]
    public async Task A_feed_shows_the_same_occurrences_at_the_same_instants_as_the_calendar_it_is_made_from()
    {
        await using var google = await GoogleAtWork.StartAsync(
            options => options with { CalendarPageSize = 2500 },
            configure: services =>
            {
                services.AddSingleton(new CalendarFeedOptions { AllowPrivateAddresses = true });
                services.AddCalendarFeeds();
            });
        var feeds = google.Services.GetServices<ICalendarSource>().OfType<FeedCalendarSource>().Single();
        var runs = 0;
        var events = Gen.Select(
            Gen.Int[0, Zones.Length - 1].Select(index => Zones[index]),
            Gen.Int[0, Rules.Length - 1].Select(index => Rules[index]),
            Gen.Int[0, 700],
            Gen.Int[0, 95],
            Gen.Int[0, 3],
            Gen.Int[0, 8]);
        await Gen.Select(events.Array[1, 4], Gen.Int[0, 600]).SampleAsync(
            async sample =>
            {
                var (made, shift) = sample;
                var calendar = $"feed{Interlocked.Increment(ref runs)}@example.com";
                await google.PutAsync($"/_sim/calendar/{calendar}", new { timeZone = made[0].Item1 });
                foreach (var (zone, rule, day, quarter, ending, exception) in made)
                    await AddAsync(google, calendar, zone, rule, day, quarter, ending, exception);

                var from = Instant.FromUtc(2025, 1, 1, 0, 0) + Duration.FromDays(shift);
                var window = new CalendarCursor(null, null, from, from + Duration.FromDays(60));
                var feed = $"{google.Http.BaseAddress}_sim/calendar/{Uri.EscapeDataString(calendar)}.ics";
                var listed = await google.Source.ListAsync(new("anna", calendar, "token"), window, Cancellation);
                var read = await feeds.ListAsync(new("anna", feed, null), window, Cancellation);

                Seen(read).ShouldBe(Seen(listed), $"{string.Join(" | ", made)} from {from}");
            },
            threads: 1);
    }

    private static async Task AddAsync(GoogleAtWork google, string calendar, string zone, string rule, int day, int quarter, int ending, int exception)
    {
        var date = new LocalDate(2024, 6, 1).PlusDays(day);
        var end = ending switch { 0 => "", 1 => ";COUNT=20", 2 => $";UNTIL={date.PlusDays(200):uuuuMMdd}T000000Z", _ => "" };
        var start = ending == 3 ? $"{date:uuuu-MM-dd}" : $"{date:uuuu-MM-dd}T{quarter / 4:00}:{quarter % 4 * 15:00}";
        var id = await google.AddAsync(new { summary = $"{zone} {rule}", start, timeZone = zone, recurrence = $"RRULE:{rule}{end}" }, calendar);
        if (exception > 3)
            return;
        var from = Instant.FromUtc(2025, 1, 1, 0, 0);
        var occurrences = (await google.Source.ListAsync(
            new("anna", calendar, "token"), new CalendarCursor(null, null, from, from + Duration.FromDays(600)), Cancellation)).Changes
            .Where(change => change.Entry?.SeriesId == id).Select(change => change.EventId).ToList();
        if (occurrences.Count == 0)
            return;
        var occurrence = occurrences[quarter % occurrences.Count];
        if (exception % 2 == 0)
            await google.DeleteAsync(occurrence, calendar);
        else if (ending != 3)
            await google.ChangeAsync(occurrence, new { start = "2025-07-05T12:00", summary = "Moved" }, calendar);
    }

    private static List<string> Seen(CalendarPage page) =>
    [
        .. page.Changes.Select(change => change.Entry!)
            .Select(entry => $"{entry.Title}: {entry.Start} {entry.End} {entry.StartDate} {entry.EndDate}")
            .Order(StringComparer.Ordinal),
    ];
}
