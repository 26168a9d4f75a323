using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.GoogleCalendar;

public sealed class CalendarSurvivalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calendars_tokens_and_channels_survive_the_death_of_the_process_and_owed_pushes_still_come()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var data = new TemporaryDirectory();
        await using var first = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = data.Path });
        await first.SignInAsync();
        await first.CallAsync(HttpMethod.Put, "/_sim/calendar/pushes", new { sync = "never" });
        await first.WatchAsync(receiver.Url);
        var token = (await first.GetAsync($"{CalendarSimulator.Events}?singleEvents=true")).GetProperty("nextSyncToken").GetString();
        var id = await first.AddEventAsync(new { summary = "Kept", start = "2026-11-24T10:00", recurrence = "RRULE:FREQ=DAILY;COUNT=2" });
        using var left = data.Copy();

        await using var second = await Simulator.StartAsync(new SimulatorOptions { DataDirectory = left.Path }, first.Clock);
        await second.SignInAsync();
        second.Clock.Advance(TimeSpan.FromSeconds(1));

        // Once from the dead process's own life here, once from the one that took over.
        (await receiver.NextAsync()).Headers["X-Goog-Resource-State"].ToString().ShouldBe("exists");
        (await receiver.NextAsync()).Headers["X-Goog-Resource-State"].ToString().ShouldBe("exists");
        var changes = (await second.GetAsync($"{CalendarSimulator.Events}?singleEvents=true&syncToken={token}")).GetProperty("items");
        changes.EnumerateArray().Select(item => item.GetProperty("recurringEventId").GetString()).ShouldBe([id, id]);
    }

    [Fact]
    public async Task A_program_that_is_killed_keeps_what_it_answered()
    {
        using var data = new TemporaryDirectory();
        var ids = new List<string?>();
        for (var life = 0; life < 2; life++)
        {
            using var doomed = await SimulatorProcess.StartAsync("--data-dir", data.Path);
            for (var i = 0; i < 5; i++)
            {
                using var answer = await doomed.Client.PostAsJsonAsync($"{CalendarSimulator.Sim}/events", new { start = "2036-11-24T10:00" }, Cancellation);
                ids.Add((await Simulator.JsonAsync(answer, 201)).GetProperty("id").GetString());
            }

            await doomed.KillAsync();
        }

        using var last = await SimulatorProcess.StartAsync("--data-dir", data.Path);
        var found = await last.Client.GetFromJsonAsync<JsonElement>(
            $"{CalendarSimulator.Sim}/events?from=2036-11-01T00:00:00Z&to=2036-12-01T00:00:00Z", Cancellation);

        found.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()).ShouldBe(ids, ignoreOrder: true);
    }
}
