using System.Text.Json;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Messages;

public sealed class MessageListTests
{
    [Fact]
    public async Task List_walks_all_pages_by_next_page_uri_newest_first_without_gap_or_repeat()
    {
        await using var simulator = await Simulator.StartAsync();
        var created = new List<string>();
        for (var i = 0; i < 7; i++)
            created.Add(await simulator.CreateAsync(body: $"Text {i}"));
        await simulator.CreateAsync(to: "+12025550148");

        var pages = await PagesAsync(simulator, $"{simulator.Messages}?To={Uri.EscapeDataString(Simulator.To)}&PageSize=3");

        pages.Select(page => page.GetProperty("messages").GetArrayLength()).ShouldBe([3, 3, 1]);
        pages.SelectMany(Sids).ShouldBe(created.AsEnumerable().Reverse());
        pages.Select(page => page.GetProperty("page").GetInt32()).ShouldBe([0, 1, 2]);
        pages[1].GetProperty("start").GetInt32().ShouldBe(3);
        pages[1].GetProperty("end").GetInt32().ShouldBe(5);
        pages[0].GetProperty("next_page_uri").GetString().ShouldStartWith("/2010-04-01/Accounts/");
        pages[0].GetProperty("next_page_uri").GetString()!.ShouldContain("PageToken=PASM");
    }

    [Fact]
    public async Task List_goes_on_behind_the_page_that_was_read_when_a_message_comes_in_between()
    {
        await using var simulator = await Simulator.StartAsync();
        var first = await simulator.CreateAsync();
        var second = await simulator.CreateAsync();
        var page = await simulator.GetAsync($"{simulator.Messages}?PageSize=1");
        Sids(page).ShouldBe([second]);

        await simulator.CreateAsync();

        Sids(await simulator.GetAsync(page.GetProperty("next_page_uri").GetString()!)).ShouldBe([first]);
    }

    [Theory]
    [InlineData("DateSent=2026-11-23", new[] { 1, 0 })]
    [InlineData("DateSent%3E=2026-11-24", new[] { 3, 2 })]
    [InlineData("DateSent>=2026-11-24", new[] { 3, 2 })]
    [InlineData("DateSent%3C=2026-11-23", new[] { 1, 0 })]
    [InlineData("DateSent%3E=2026-11-23T15:00:00Z", new[] { 3, 2, 1 })]
    [InlineData("DateSent%3E=2026-11-23T15:00:00Z&DateSent%3C=2026-11-24T04:00:00Z", new[] { 2, 1 })]
    [InlineData("From=%2B12025550100", new[] { 0 })]
    [InlineData("To=%2B12025550148", new int[0])]
    public async Task List_filters_by_sender_recipient_and_date(string query, int[] expected)
    {
        await using var simulator = await Simulator.StartAsync();
        var created = new List<string>();
        foreach (var from in new[] { "+12025550100", Simulator.From, Simulator.From, Simulator.From })
        {
            using var answer = await simulator.PostAsync(simulator.Messages, ("To", Simulator.To), ("From", from), ("Body", "Hi"));
            created.Add((await Simulator.JsonAsync(answer, 201)).GetProperty("sid").GetString()!);
            simulator.Clock.Advance(TimeSpan.FromSeconds(1));
            simulator.Clock.Advance(TimeSpan.FromHours(9));
        }

        var listed = Sids(await simulator.GetAsync($"{simulator.Messages}?{query}"));

        listed.ShouldBe(expected.Select(index => created[index]));
    }

    [Fact]
    public async Task List_finds_a_message_that_is_not_sent_yet_by_its_creation()
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync();

        Sids(await simulator.GetAsync($"{simulator.Messages}?DateSent%3E=2026-11-23T09:00:00Z")).ShouldBe([sid]);
    }

    [Fact]
    public async Task List_has_50_a_page_unless_told_and_1000_at_most()
    {
        await using var simulator = await Simulator.StartAsync();

        (await simulator.GetAsync(simulator.Messages)).GetProperty("page_size").GetInt32().ShouldBe(50);
        (await simulator.GetAsync($"{simulator.Messages}?PageSize=5000")).GetProperty("page_size").GetInt32().ShouldBe(1000);
    }

    private static async Task<List<JsonElement>> PagesAsync(Simulator simulator, string uri)
    {
        var pages = new List<JsonElement>();
        for (var next = uri; next is not null; next = pages[^1].GetProperty("next_page_uri").GetString())
            pages.Add(await simulator.GetAsync(next));
        return pages;
    }

    private static IEnumerable<string> Sids(JsonElement page) =>
        page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("sid").GetString()!);
}
