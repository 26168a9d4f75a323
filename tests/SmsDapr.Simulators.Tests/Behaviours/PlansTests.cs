using System.Net.Http.Json;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Behaviours;

public sealed class PlansTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rule_holds_for_its_recipient_text_and_number_of_requests()
    {
        await using var simulator = await Simulator.StartAsync();
        using var planned = await simulator.PlanAsync(new
        {
            to = Simulator.To,
            bodyContains = "Standup",
            times = 2,
            skip = 1,
            behaviour = new { httpStatus = 503, code = 20503 },
        });
        ((int)planned.StatusCode).ShouldBe(201);

        var statuses = new List<int>();
        foreach (var (to, body) in new[]
        {
            ("+12025550148", "Standup"), (Simulator.To, "Review"), (Simulator.To, "Standup"),
            (Simulator.To, "Standup"), (Simulator.To, "Standup"), (Simulator.To, "Standup"),
        })
        {
            using var answer = await simulator.SendAsync(to, body);
            statuses.Add((int)answer.StatusCode);
        }

        statuses.ShouldBe([201, 201, 201, 503, 503, 201]);
        (await simulator.ItemsAsync("/_sim/plans")).ShouldBeEmpty();
        (await simulator.ItemsAsync("/_sim/requests")).Count(request => request.GetProperty("behaviour").GetString() == "plan").ShouldBe(2);
    }

    [Fact]
    public async Task A_rule_may_name_a_magic_number()
    {
        await using var simulator = await Simulator.StartAsync();
        using var planned = await simulator.PlanAsync(new { named = "failed_30008" });
        var sid = await simulator.CreateAsync();

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        (await simulator.FetchAsync(sid)).GetProperty("error_code").GetInt32().ShouldBe(30008);
    }

    [Fact]
    public async Task A_rule_for_any_operation_refuses_reads_and_creates_until_it_is_deleted()
    {
        await using var simulator = await Simulator.StartAsync();
        using var planned = await simulator.PlanAsync(new { operation = "any", behaviour = new { httpStatus = 401, code = 20003 } });

        using var created = await simulator.SendAsync();
        using var listed = await simulator.Client.GetAsync(simulator.Messages, Cancellation);
        using var deleted = await simulator.Client.DeleteAsync("/_sim/plans", Cancellation);
        using var afterwards = await simulator.SendAsync();

        await Simulator.ShouldRefuseAsync(created, 401, 20003);
        await Simulator.ShouldRefuseAsync(listed, 401, 20003);
        ((int)deleted.StatusCode).ShouldBe(204);
        ((int)afterwards.StatusCode).ShouldBe(201);
    }

    [Fact]
    public async Task A_rule_can_fail_a_single_read()
    {
        await using var simulator = await Simulator.StartAsync();
        using var planned = await simulator.PlanAsync(new { operation = "read", times = 1, behaviour = new { answer = "close" } });

        await Should.ThrowAsync<HttpRequestException>(() => simulator.GetAsync(simulator.Messages));

        (await simulator.GetAsync(simulator.Messages)).GetProperty("messages").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_rule_can_delay_an_answer_on_the_clock()
    {
        await using var simulator = await Simulator.StartAsync();
        using var planned = await simulator.PlanAsync(new { times = 1, behaviour = new { delay = "PT2M30S" } });

        (await simulator.ItemsAsync("/_sim/plans")).Single().GetProperty("behaviour").GetProperty("delay").GetString().ShouldBe("PT2M30S");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"rules":[{}]}""")]
    [InlineData("""{"rules":[{"named":"nothing"}]}""")]
    [InlineData("""{"rules":[{"named":"hang","behaviour":{}}]}""")]
    [InlineData("""{"rules":[{"named":"hang","times":0}]}""")]
    [InlineData("""{"rules":[{"named":"hang","tims":1}]}""")]
    [InlineData("""{"rules":[{"named":"hang","times":"1"}]}""")]
    [InlineData("""{"rules":[{"named":"hang","operation":"read","to":"+12025550147"}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"delay":"soon"}}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"delay":"-PT1S"}}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"httpStatus":200}}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"code":20503}}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"outcome":"queued"}}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"errorCode":30003}}]}""")]
    [InlineData("""{"rules":[{"behaviour":{"created":false}}]}""")]
    [InlineData("")]
    [InlineData("null")]
    public async Task A_rule_that_makes_no_sense_is_a_400(string body)
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.Client.PostAsync("/_sim/plans", new StringContent(body), Cancellation);

        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Cancellation)).GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        (await simulator.ItemsAsync("/_sim/plans")).ShouldBeEmpty();
    }
}
