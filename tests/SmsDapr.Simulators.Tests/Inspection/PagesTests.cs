using System.Text.Json;
using System.Text.RegularExpressions;
using SmsDapr.Simulators.Tests.GoogleCalendar;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Inspection;

/// <summary>The pages as far as they can be seen without a browser.</summary>
public sealed partial class PagesTests
{
    private static readonly string[] Void = ["!doctype", "meta", "input", "br", "hr", "img", "link"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "/calendar")]
    [InlineData("/calendar", "/")]
    public async Task A_page_is_well_formed_labels_its_fields_and_leads_to_the_other(string path, string other)
    {
        await using var simulator = await Simulator.StartAsync();

        var html = Script().Replace(await simulator.Client.GetStringAsync(path, Cancellation), "");

        var open = new Stack<string>();
        var unlabelled = new List<string>();
        foreach (Match tag in Tag().Matches(html))
        {
            var name = tag.Groups["name"].Value;
            if (tag.Groups["end"].Length > 0)
            {
                open.Pop().ShouldBe(name);
                continue;
            }

            if (name is "input" or "select" or "textarea" && !open.Contains("label") && !tag.Value.Contains("aria-label=", StringComparison.Ordinal))
                unlabelled.Add(tag.Value);
            if (!Void.Contains(name))
                open.Push(name);
        }

        open.ShouldBeEmpty();
        unlabelled.ShouldBeEmpty();
        Id().Matches(html).Select(id => id.Value).ShouldBeUnique();
        html.ShouldContain($"href=\"{other}\"");
    }

    /// <summary>What the calendar's page sends, as a browser sends it: bodies without a JSON content type, empty fields as null.</summary>
    [Fact]
    public async Task The_calls_of_the_calendar_page_work()
    {
        await using var simulator = await Simulator.StartAsync();
        var calendar = (await simulator.ItemsAsync("/_sim/calendar")).ShouldHaveSingleItem();
        calendar.GetProperty("summary").GetString().ShouldNotBeNullOrEmpty();
        var events = $"/_sim/calendar/{Uri.EscapeDataString(calendar.GetProperty("id").GetString()!)}/events";
        (await simulator.GetAsync($"{events}?deleted=true")).GetProperty("calendar").GetProperty("timeZone").GetString().ShouldNotBeNullOrEmpty();

        await SendAsync(
            simulator,
            HttpMethod.Post,
            events,
            """{"start":"2026-11-24T10:00","end":"2026-11-24T10:30","summary":"Dentist","location":null,"joinLink":null,"recurrence":null}""",
            201);
        await SendAsync(
            simulator,
            HttpMethod.Post,
            events,
            """{"start":"2026-11-25","summary":"Fair","location":"Hall 1","joinLink":"https://meet.example.com/a","recurrence":"RRULE:FREQ=DAILY;COUNT=2"}""",
            201);
        var (dentist, fair) = (await FindAsync(simulator, events, "Dentist"), await FindAsync(simulator, events, "Fair"));
        dentist.GetProperty("start").GetString()![11..16].ShouldBe("10:00");
        dentist.GetProperty("allDay").GetBoolean().ShouldBeFalse();
        fair.GetProperty("allDay").GetBoolean().ShouldBeTrue();

        await SendAsync(
            simulator,
            HttpMethod.Patch,
            $"{events}/{IdOf(dentist)}",
            """{"summary":"Surgeon","location":null,"start":"2026-11-24T23:30","end":"2026-11-25T00:15"}""");
        var moved = await FindAsync(simulator, events, "Surgeon");
        moved.GetProperty("end").GetString()![..16].ShouldBe("2026-11-25T00:15");
        await SendAsync(
            simulator, HttpMethod.Patch, $"{events}/{fair.GetProperty("seriesId").GetString()}", """{"summary":"Market","location":null}""");
        var market = await FindAsync(simulator, events, "Market");

        await SendAsync(simulator, HttpMethod.Delete, $"{events}/{IdOf(market)}");
        (await FindAsync(simulator, events, "Market")).GetProperty("status").GetString().ShouldBe("cancelled");
        await SendAsync(simulator, HttpMethod.Post, $"{events}/{IdOf(market)}/restore");
        (await FindAsync(simulator, events, "Market")).GetProperty("status").GetString().ShouldBe("confirmed");
        await SendAsync(simulator, HttpMethod.Delete, $"{events}/{market.GetProperty("seriesId").GetString()}");

        var refusal = await SendAsync(
            simulator, HttpMethod.Patch, $"{events}/{IdOf(moved)}", """{"start":"2026-11-24T10:00","end":"2026-11-24T09:00"}""", 400);
        refusal.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_series_that_is_over_before_it_begins_is_refused()
    {
        await using var simulator = await Simulator.StartAsync();

        var refusal = await simulator.CallAsync(
            HttpMethod.Post,
            $"{CalendarSimulator.Sim}/events",
            new { start = "2026-11-24T10:00", recurrence = "RRULE:FREQ=WEEKLY;UNTIL=20261124T000000Z" },
            400);

        refusal.GetProperty("detail").GetString().ShouldBe("recurrence never happens.");
    }

    private static string IdOf(JsonElement item) => Uri.EscapeDataString(item.GetProperty("id").GetString()!);

    private static async Task<JsonElement> FindAsync(Simulator simulator, string events, string summary) =>
        (await simulator.ItemsAsync($"{events}?deleted=true")).First(item => item.GetProperty("summary").GetString() == summary);

    private static async Task<JsonElement> SendAsync(Simulator simulator, HttpMethod method, string path, string? body = null, int status = 200)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        using var answer = await simulator.Client.SendAsync(request, Cancellation);
        return await Simulator.JsonAsync(answer, status);
    }

    [GeneratedRegex("(?<=<script>).*?(?=</script>)", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<(?<end>/?)(?<name>[a-z!][a-z0-9]*)[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("(?<=\\sid=\")[^\"]+")]
    private static partial Regex Id();
}
