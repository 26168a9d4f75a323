using System.Text.Json;
using CsCheck;
using SmsDapr.Core.Calendar;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class SyncPropertyTests
{
    private enum Step
    {
        Add,
        AddDay,
        AddSeries,
        Move,
        Rename,
        Delete,
        Restore,
        Split,
        Sync,
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Whatever happens to a calendar, following it by sync tokens ends with what a full list shows.</summary>
    [Fact]
    public async Task Following_any_changes_by_pages_and_tokens_ends_with_the_calendar_s_state()
    {
        await using var google = await GoogleAtWork.StartAsync(options => options with { CalendarPageSize = 3 });
        var runs = 0;
        var steps = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 1000], Gen.Int[0, 6]).Array[1, 25];
        await steps.SampleAsync(
            async changes =>
            {
                var calendar = $"run{Interlocked.Increment(ref runs)}@example.com";
                await google.PutAsync($"/_sim/calendar/{calendar}", new { timeZone = "America/New_York" });
                var follower = new Follower(google, calendar);
                await follower.SyncAsync();
                foreach (var (step, which, day) in changes)
                    await follower.TakeAsync(step, which, day);
                await follower.SyncAsync();
                await follower.ShouldMatchAsync();
            },
            iter: 30,
            threads: 1);
    }

    private sealed class Follower(GoogleAtWork google, string calendar)
    {
        private readonly GoogleAtWork _google = google;
        private readonly Dictionary<string, CalendarEntry> _known = new(StringComparer.Ordinal);
        private readonly List<string> _made = [];
        private string? _token;

        private string Events => $"/_sim/calendar/{calendar}/events";

        public Task TakeAsync(Step step, int which, int day) => step switch
        {
            Step.Add => AddAsync(new { summary = "Single", start = $"2026-03-0{day + 2}T{which % 24:00}:00" }),
            Step.AddDay => AddAsync(new { summary = "Day", start = $"2026-03-0{day + 2}" }),
            Step.AddSeries => AddAsync(new
            {
                summary = "Series",
                start = $"2026-03-0{day + 2}T{which % 24:00}:30",
                recurrence = (which % 3) switch { 0 => "RRULE:FREQ=DAILY", 1 => "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=4", _ => "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR" },
            }),
            Step.Move => OnAsync(which, id => TrySendAsync(HttpMethod.Patch, $"{Events}/{id}", new { start = $"2026-03-0{day + 2}T05:15" })),
            Step.Rename => OnAsync(which, id => TrySendAsync(HttpMethod.Patch, $"{Events}/{id}", new { summary = $"Renamed {which}" })),
            Step.Delete => OnAsync(which, id => TrySendAsync(HttpMethod.Delete, $"{Events}/{id}", null)),
            Step.Restore => OnAsync(which, id => TrySendAsync(HttpMethod.Post, $"{Events}/{id}/restore", null)),
            Step.Split => OnAsync(which, id => TrySendAsync(HttpMethod.Post, $"{Events}/{id}/split", new { summary = "Split" })),
            _ => SyncAsync(),
        };

        public async Task SyncAsync()
        {
            var cursor = GoogleAtWork.Week with { SyncToken = _token };
            while (true)
            {
                var page = await _google.Source.ListAsync(new("anna", calendar, "token"), cursor, Cancellation);
                foreach (var change in page.Changes)
                {
                    if (change.Entry is { } entry)
                        _known[change.EventId] = entry;
                    else
                        _known.Remove(change.EventId);
                }

                if (page.PageToken is null)
                {
                    _token = page.SyncToken;
                    return;
                }

                cursor = cursor with { PageToken = page.PageToken };
            }
        }

        public async Task ShouldMatchAsync()
        {
            var (from, to) = (GoogleAtWork.Week.From, GoogleAtWork.Week.To);
            var full = new List<CalendarEntry>();
            var cursor = GoogleAtWork.Week;
            do
            {
                var page = await _google.Source.ListAsync(new("anna", calendar, "token"), cursor, Cancellation);
                full.AddRange(page.Changes.Select(change => change.Entry.ShouldNotBeNull()));
                cursor = cursor with { PageToken = page.PageToken };
            }
            while (cursor.PageToken is not null);

            // What a round brings from outside the window is for the follower to filter.
            _known.Values.Where(entry => full.Any(listed => listed.Id == entry.Id) || (entry.Start < to && entry.End > from))
                .OrderBy(entry => entry.Id, StringComparer.Ordinal)
                .ShouldBe(full.OrderBy(entry => entry.Id, StringComparer.Ordinal));
        }

        private async Task AddAsync(object edit) => _made.Add((await _google.PostAsync(Events, edit)).GetProperty("id").GetString()!);

        /// <summary>An event, a series, or an occurrence that the follower knows.</summary>
        private Task OnAsync(int which, Func<string, Task> act)
        {
            var ids = _made.Concat(_known.Keys.Order(StringComparer.Ordinal)).ToList();
            return ids.Count == 0 ? Task.CompletedTask : act(ids[which % ids.Count]);
        }

        // Not everything can be done to everything: a deleted event cannot be moved, a single one not split.
        private async Task TrySendAsync(HttpMethod method, string path, object? body)
        {
            using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body is null ? "" : JsonSerializer.Serialize(body)) };
            using var answer = await _google.Http.SendAsync(request, Cancellation);
            ((int)answer.StatusCode).ShouldBeLessThan(500);
        }
    }
}
