using System.Globalization;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>
/// Random changes of many calendars while pushes are lost, doubled and late and the whole process is killed again and again: in the end the reminders are exactly those that
/// the calendars call for, each once. Sized by SMSDAPR_ACCOUNTING_CHANGES, SMSDAPR_ACCOUNTING_CALENDARS and SMSDAPR_ACCOUNTING_CALENDAR_KILLS.
/// </summary>
public sealed class CalendarAccountingScenario(ITestOutputHelper output)
{
    private const int Seed = 20260303;
    private const int ChangesPerMinute = 10;

    private static readonly DateTimeOffset Begin = new(2026, 3, 3, 0, 10, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Noon = new(2026, 3, 3, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2026, 3, 3, 22, 0, 0, TimeSpan.Zero);
    private static readonly object Trouble = new { loss = 0.2, duplication = 0.2, late = 0.2, lateness = "PT4M" };

    private static readonly int Changes = Setting("SMSDAPR_ACCOUNTING_CHANGES", 120);
    private static readonly int Calendars = Setting("SMSDAPR_ACCOUNTING_CALENDARS", 4);
    private static readonly int Kills = Setting("SMSDAPR_ACCOUNTING_CALENDAR_KILLS", 2);

    private readonly Random _random = new(Seed);
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private DateTimeOffset _clock = Begin;
    private int _titles;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_any_history_of_changes_lost_pushes_and_kills_the_reminders_are_those_that_the_calendars_call_for()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        await system.AdvanceToAsync(Begin);
        var users = new List<CalendarUser>();
        for (var number = 0; number < Calendars; number++)
            users.Add(await CalendarUser.ConnectAsync(system, new { quietHours = (string?)null, dailyLimit = 1000 }));

        var perRound = Changes / (Kills + 1);
        for (var kill = 0; kill <= Kills; kill++)
        {
            await new SimulatedGoogle(system.Process.Simulator).PushesAsync(Trouble);
            if (kill < Kills)
                await LiveAndDieAsync(system, users, perRound);
            else
                await LiveAsync(system, users, Changes - (perRound * Kills), new TaskCompletionSource());
        }

        _clock.ShouldBeLessThan(Noon.AddMinutes(-40), "The history took too long; reminders would be due before it ends.");
        await AccountAsync(system, users);
    }

    private async Task LiveAndDieAsync(VirtualSystem system, List<CalendarUser> users, int changes)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var life = LiveAsync(system, users, int.MaxValue, done, stopSignalAfter: changes);
        await Task.WhenAny(done.Task, life);
        if (_random.Next(2) == 0)
            await PauseAsync(_random.Next(1, 60));
        await system.Process.KillAsync(Cancellation);
        await life;
        _clock = _clock.AddMinutes(1);
        await system.Process.StartAsync(_clock, Cancellation);
        Count("kills");
    }

    /// <summary>Changes calendars until enough were made or the process dies.</summary>
    private async Task LiveAsync(VirtualSystem system, List<CalendarUser> users, int changes, TaskCompletionSource done, int stopSignalAfter = int.MaxValue)
    {
        try
        {
            for (var number = 1; number <= changes; number++)
            {
                await ChangeAsync(users[_random.Next(users.Count)], system.Process.Simulator);
                if (number % ChangesPerMinute == 0)
                {
                    _clock = _clock.AddMinutes(1);
                    await system.AdvanceToAsync(_clock);
                }

                if (number == stopSignalAfter)
                    done.SetResult();
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The kill cut the connection, as it is meant to. Whether the last change was made is for the calendar to say.
        }
    }

    private async Task ChangeAsync(CalendarUser user, HttpClient simulator)
    {
        var events = await user.Calendar.EventsAsync(Begin.AddDays(-1), Begin.AddDays(2));
        var roll = events.Count < 4 ? 0 : _random.Next(100);
        var some = events.Count == 0 ? default : events[_random.Next(events.Count)];
        var path = events.Count == 0 ? "" : $"/_sim/calendar/{user.Calendar.Id}/events/{some.Text("id")}";
        var (what, call) = roll switch
        {
            < 22 => ("created", PostAsync(simulator, user, new { summary = Title(), start = Text(AnyTime()) })),
            < 26 => ("series created", PostAsync(simulator, user, new { summary = Title(), start = Text(AnyTime()), recurrence = "RRULE:FREQ=DAILY;COUNT=3" })),
            < 52 => ("moved", simulator.PatchAsJsonAsync(path, new { start = Text(AnyTime()) }, Cancellation)),
            < 60 => ("moved to the past", simulator.PatchAsJsonAsync(path, new { start = Text(Begin.AddHours(-6)) }, Cancellation)),
            < 64 => ("moved to tomorrow", simulator.PatchAsJsonAsync(path, new { start = Text(AnyTime().AddDays(1)) }, Cancellation)),
            < 74 => ("renamed", simulator.PatchAsJsonAsync(path, new { summary = Title() }, Cancellation)),
            < 80 => ("made all-day", simulator.PatchAsJsonAsync(path, new { start = "2026-03-03" }, Cancellation)),
            < 92 => ("deleted", simulator.DeleteAsync(path, Cancellation)),
            < 96 => ("deleted and restored", DeleteAndRestoreAsync(simulator, path)),
            < 98 => ("sync tokens expired", simulator.PostAsync($"/_sim/calendar/{user.Calendar.Id}/expire-sync-tokens", null, Cancellation)),
            _ => ("access tokens expired", simulator.PostAsync("/_sim/calendar/expire-access-tokens", null, Cancellation)),
        };
        using var answer = await call;
        Count(answer.IsSuccessStatusCode ? $"change: {what}" : "change: not possible");
    }

    private async Task AccountAsync(VirtualSystem system, List<CalendarUser> users)
    {
        await new SimulatedGoogle(system.Process.Simulator).PushesAsync(new { });
        _clock = _clock.AddMinutes(35);
        await system.AdvanceToAsync(_clock);
        for (var hour = Noon; hour <= End; hour = hour.AddHours(1))
            await system.AdvanceToAsync(hour);

        var wrong = new List<string>();
        foreach (var user in users)
        {
            var called = (await user.Calendar.EventsAsync(Noon, End))
                .Where(item => !item.GetProperty("allDay").GetBoolean() && item.Time("startsAt") > Noon && item.Time("startsAt") < End)
                .Select(item => (Title: item.Text("summary")!, SendAt: item.Time("startsAt")!.Value.AddMinutes(-15)))
                .ToList();
            var texts = await system.TextsAsync(user.User);
            var times = await system.CreatesAsync(user.User);
            foreach (var (title, sendAt) in called)
            {
                var series = called.Count(other => other.Title == title);
                var arrived = texts.Count(text => text.Contains($"{title} ", StringComparison.Ordinal));
                Count(arrived < series ? "reminder lost" : arrived > series ? "reminder sent more than once" : "reminder sent once");
                if (arrived != series)
                    wrong.Add($"{user.User.Id}: {title} due {sendAt:t} was sent {arrived} times");
            }

            var expected = called.Select(item => item.SendAt).Order().ToList();
            if (!times.Order().SequenceEqual(expected))
                wrong.Add($"{user.User.Id}: expected {string.Join(' ', expected.Select(at => $"{at:HH:mm:ss}"))}, sent {string.Join(' ', times.Order().Select(at => $"{at:HH:mm:ss}"))}");
            foreach (var message in await user.MessagesAsync(system.Api))
                Count($"message: {message.Text("status")} {message.Text("statusReason")}".TrimEnd());
            Count("superfluous texts", Math.Max(0, texts.Count - called.Count));
        }

        output.WriteLine($"{Changes} changes of {users.Count} calendars, {Kills} kills of the whole process");
        foreach (var (what, count) in _counts)
            output.WriteLine($"  {what}: {count}");
        wrong.ShouldBeEmpty(system.Process.Output);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient simulator, CalendarUser user, object body) =>
        simulator.PostAsJsonAsync($"/_sim/calendar/{user.Calendar.Id}/events", body, Cancellation);

    private static async Task<HttpResponseMessage> DeleteAndRestoreAsync(HttpClient simulator, string path)
    {
        (await simulator.DeleteAsync(path, Cancellation)).Dispose();
        return await simulator.PostAsync($"{path}/restore", null, Cancellation);
    }

    /// <summary>A whole minute of the afternoon or evening.</summary>
    private DateTimeOffset AnyTime() => Noon.AddMinutes(_random.Next(30, 540));

    private string Title() => string.Create(CultureInfo.InvariantCulture, $"Meeting {++_titles}");

    private static string Text(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private void Count(string what, int times = 1) => _counts[what] = _counts.GetValueOrDefault(what) + times;

    private static async Task PauseAsync(int milliseconds)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await pause.WaitForNextTickAsync(Cancellation);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : otherwise;
}
