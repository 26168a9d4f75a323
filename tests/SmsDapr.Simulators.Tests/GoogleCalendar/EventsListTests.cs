using System.Text.Json;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.GoogleCalendar;

public sealed class EventsListTests
{
    private const string Events = CalendarSimulator.Events;

    [Fact]
    public async Task Pages_are_small_the_second_is_empty_and_only_the_last_has_a_sync_token()
    {
        await using var simulator = await StartAsync(new SimulatorOptions { CalendarPageSize = 2 });
        for (var hour = 10; hour < 15; hour++)
            await simulator.AddEventAsync(new { start = $"2026-11-24T{hour}:00" });

        var sizes = new List<int>();
        var path = $"{Events}?singleEvents=true";
        for (var token = ""; token is not null;)
        {
            var page = await simulator.GetAsync(path + token);
            sizes.Add(page.GetProperty("items").GetArrayLength());
            page.TryGetProperty("nextSyncToken", out _).ShouldNotBe(page.TryGetProperty("nextPageToken", out var next));
            token = next.ValueKind == JsonValueKind.String ? $"&pageToken={next.GetString()}" : null;
        }

        sizes.ShouldBe([2, 0, 2, 1]);
    }

    [Theory]
    [InlineData("timeMin=2026-11-24T00:00:00Z&timeMax=2026-11-24T00:00:00Z", "timeRangeEmpty", "timeMax")]
    [InlineData("timeMin=2026-11-24", "invalid", "timeMin")]
    [InlineData("syncToken=garbage", "invalid", "syncToken")]
    [InlineData("pageToken=garbage", "invalid", "pageToken")]
    [InlineData("maxResults=0", "invalid", "maxResults")]
    [InlineData("timeZone=Mars/Olympus", "invalid", "timeZone")]
    public async Task A_wrong_parameter_is_named(string query, string reason, string location)
    {
        await using var simulator = await StartAsync();

        await simulator.ShouldRefuseAsync($"{Events}?{query}", 400, reason, location);
    }

    [Theory]
    [InlineData("timeMin=2026-11-24T00:00:00Z")]
    [InlineData("timeMax=2026-11-24T00:00:00Z")]
    [InlineData("orderBy=startTime")]
    [InlineData("q=x")]
    [InlineData("updatedMin=2026-11-24T00:00:00Z")]
    [InlineData("showDeleted=false")]
    public async Task What_may_not_stand_beside_a_sync_token_is_refused(string forbidden)
    {
        await using var simulator = await StartAsync();
        var token = (await simulator.GetAsync($"{Events}?singleEvents=true")).GetProperty("nextSyncToken").GetString();

        await simulator.ShouldRefuseAsync($"{Events}?singleEvents=true&syncToken={token}&{forbidden}", 400, "badRequest", "syncToken");
        await simulator.ShouldRefuseAsync($"{Events}?syncToken={token}", 400, "invalid", "syncToken");
    }

    [Fact]
    public async Task Sync_tokens_expire_on_demand_and_with_age()
    {
        await using var simulator = await StartAsync();
        var first = (await simulator.GetAsync(Events)).GetProperty("nextSyncToken").GetString();
        await simulator.CallAsync(HttpMethod.Post, $"{CalendarSimulator.Sim}/expire-sync-tokens", status: 204);
        await simulator.ShouldRefuseAsync($"{Events}?syncToken={first}", 410, "fullSyncRequired", "syncToken");

        var second = (await simulator.GetAsync(Events)).GetProperty("nextSyncToken").GetString();
        await simulator.GetAsync($"{Events}?syncToken={second}");
        simulator.Clock.Advance(TimeSpan.FromDays(29));
        await simulator.SignInAsync();
        await simulator.ShouldRefuseAsync($"{Events}?syncToken={second}", 410, "fullSyncRequired", "syncToken");
    }

    [Fact]
    public async Task Deleted_events_keep_their_id_only_and_vanish_in_the_end()
    {
        await using var simulator = await StartAsync();
        var id = await simulator.AddEventAsync(new { summary = "Secret", start = "2026-11-24T10:00" });
        await simulator.CallAsync(HttpMethod.Delete, $"{CalendarSimulator.Sim}/events/{id}");

        var deleted = await simulator.GetAsync($"{Events}/{id}");
        deleted.EnumerateObject().Select(field => field.Name).ShouldBe(["kind", "etag", "id", "status"]);
        deleted.GetProperty("status").GetString().ShouldBe("cancelled");
        (await simulator.GetAsync(Events)).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await simulator.GetAsync($"{Events}?showDeleted=true")).GetProperty("items").GetArrayLength().ShouldBe(1);

        simulator.Clock.Advance(TimeSpan.FromDays(31));
        await simulator.SignInAsync();
        await simulator.ShouldRefuseAsync($"{Events}/{id}", 404, "notFound");
    }

    [Fact]
    public async Task A_deleted_event_comes_back_when_it_is_restored()
    {
        await using var simulator = await StartAsync();
        var id = await simulator.AddEventAsync(new { summary = "Back", start = "2026-11-24T10:00" });
        await simulator.CallAsync(HttpMethod.Delete, $"{CalendarSimulator.Sim}/events/{id}");

        await simulator.CallAsync(HttpMethod.Post, $"{CalendarSimulator.Sim}/events/{id}/restore");

        (await simulator.GetAsync($"{Events}/{id}")).GetProperty("summary").GetString().ShouldBe("Back");
        await simulator.CallAsync(HttpMethod.Post, $"{CalendarSimulator.Sim}/events/{id}/restore", status: 404);
    }

    [Fact]
    public async Task Times_carry_the_offset_of_the_zone_that_was_asked_for_and_stay_the_same_instants()
    {
        await using var simulator = await StartAsync();
        var id = await simulator.AddEventAsync(new { start = "2026-03-29T10:00", timeZone = "Europe/Berlin" });

        Start(await simulator.GetAsync($"{Events}/{id}")).ShouldBe("2026-03-29T08:00:00Z");
        Start(await simulator.GetAsync($"{Events}/{id}?timeZone=Asia/Kathmandu")).ShouldBe("2026-03-29T13:45:00+05:45");

        static string? Start(JsonElement found) => found.GetProperty("start").GetProperty("dateTime").GetString();
    }

    [Fact]
    public async Task Without_singleEvents_a_series_is_one_item_beside_its_changed_occurrences()
    {
        await using var simulator = await StartAsync();
        var series = await simulator.AddEventAsync(new { summary = "Standup", start = "2026-11-24T10:00", recurrence = "RRULE:FREQ=DAILY;COUNT=4" });
        var occurrences = Items(await simulator.GetAsync($"{Events}?singleEvents=true"));
        occurrences.Length.ShouldBe(4);
        occurrences[0].GetProperty("recurringEventId").GetString().ShouldBe(series);
        occurrences[0].GetProperty("originalStartTime").GetProperty("dateTime").GetString().ShouldBe("2026-11-24T10:00:00Z");
        await simulator.CallAsync(HttpMethod.Delete, $"{CalendarSimulator.Sim}/events/{Id(occurrences[1])}");

        var items = Items(await simulator.GetAsync(Events));

        items.Select(Id).ShouldBe([series, Id(occurrences[1])]);
        items[0].GetProperty("recurrence")[0].GetString().ShouldBe("RRULE:FREQ=DAILY;COUNT=4");
        items[1].EnumerateObject().Select(field => field.Name).ShouldBe(["kind", "etag", "id", "status", "recurringEventId", "originalStartTime"]);
        Items(await simulator.GetAsync($"{Events}/{series}/instances")).Length.ShouldBe(3);
    }

    [Fact]
    public async Task An_occurrence_keeps_its_id_and_its_original_start_when_it_is_moved()
    {
        await using var simulator = await StartAsync();
        await simulator.AddEventAsync(new { start = "2026-11-24T10:00", recurrence = "RRULE:FREQ=DAILY;COUNT=4" });
        var second = Id(Items(await simulator.GetAsync($"{Events}?singleEvents=true"))[1]);

        await simulator.CallAsync(HttpMethod.Patch, $"{CalendarSimulator.Sim}/events/{second}", new { start = "2026-11-25T18:00" });

        var moved = await simulator.GetAsync($"{Events}/{second}");
        moved.GetProperty("start").GetProperty("dateTime").GetString().ShouldBe("2026-11-25T18:00:00Z");
        moved.GetProperty("originalStartTime").GetProperty("dateTime").GetString().ShouldBe("2026-11-25T10:00:00Z");
    }

    [Fact]
    public async Task An_unchanged_event_is_not_sent_twice_to_who_knows_its_etag()
    {
        await using var simulator = await StartAsync();
        var id = await simulator.AddEventAsync(new { start = "2026-11-24T10:00" });
        var etag = (await simulator.GetAsync($"{Events}/{id}")).GetProperty("etag").GetString()!;

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Events}/{id}");
        request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        using var answer = await simulator.Client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBe(304);
    }

    [Theory]
    [InlineData("""{"start":"tomorrow"}""")]
    [InlineData("""{"start":"2026-11-24T10:00","end":"2026-11-24T09:00"}""")]
    [InlineData("""{"start":"2026-11-24T10:00","end":"2026-11-25"}""")]
    [InlineData("""{"start":"2026-11-24T10:00","timeZone":"Mars/Olympus"}""")]
    [InlineData("""{"start":"2026-11-24T10:00","recurrence":"RRULE:FREQ=HOURLY"}""")]
    [InlineData("""{"start":"2026-11-24T10:00","colour":"red"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task An_edit_that_makes_no_sense_is_refused(string edit)
    {
        await using var simulator = await StartAsync();

        await simulator.CallAsync(HttpMethod.Post, $"{CalendarSimulator.Sim}/events", JsonSerializer.Deserialize<JsonElement>(edit), 400);
    }

    private static async Task<Simulator> StartAsync(SimulatorOptions? options = null)
    {
        var simulator = await Simulator.StartAsync(options);
        await simulator.SignInAsync();
        return simulator;
    }

    private static JsonElement[] Items(JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];

    private static string? Id(JsonElement item) => item.GetProperty("id").GetString();
}
