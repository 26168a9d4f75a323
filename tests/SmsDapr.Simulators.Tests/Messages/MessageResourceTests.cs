using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.Messages;

public sealed class MessageResourceTests
{
    [Fact]
    public async Task A_message_goes_from_queued_over_sent_to_delivered_and_then_has_a_price()
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync();

        (await simulator.StatusAsync(sid)).ShouldBe("queued");
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));
        (await simulator.StatusAsync(sid)).ShouldBe("sent");
        simulator.Clock.Advance(TimeSpan.FromSeconds(4) - TimeSpan.FromTicks(1));
        (await simulator.StatusAsync(sid)).ShouldBe("sent");
        simulator.Clock.Advance(TimeSpan.FromTicks(1));

        var message = await simulator.FetchAsync(sid);
        message.GetProperty("status").GetString().ShouldBe("delivered");
        message.GetProperty("price").GetString().ShouldBe("-0.00790");
        message.GetProperty("subresource_uris").GetProperty("feedback").GetString().ShouldEndWith("/Feedback.json");
    }

    [Fact]
    public async Task A_message_by_service_gets_sender_and_segments_when_it_is_queued()
    {
        await using var simulator = await Simulator.StartAsync();
        using var answer = await simulator.SendByServiceAsync();
        var sid = (await Simulator.JsonAsync(answer, 201)).GetProperty("sid").GetString()!;

        simulator.Clock.Advance(TimeSpan.FromSeconds(0.5));

        var message = await simulator.FetchAsync(sid);
        message.GetProperty("status").GetString().ShouldBe("queued");
        message.GetProperty("from").GetString().ShouldBe(simulator.Options.Sender);
        message.GetProperty("num_segments").GetString().ShouldBe("1");
    }

    [Fact]
    public async Task A_scheduled_message_is_queued_at_its_time()
    {
        await using var simulator = await Simulator.StartAsync();
        using var answer = await simulator.SendByServiceAsync(more: [("ScheduleType", "fixed"), ("SendAt", "2026-11-23T10:00:00Z")]);
        var sid = (await Simulator.JsonAsync(answer, 201)).GetProperty("sid").GetString()!;

        simulator.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        (await simulator.StatusAsync(sid)).ShouldBe("scheduled");
        simulator.Clock.Advance(TimeSpan.FromTicks(1));
        (await simulator.StatusAsync(sid)).ShouldBe("queued");
        simulator.Clock.Advance(TimeSpan.FromSeconds(5));
        (await simulator.StatusAsync(sid)).ShouldBe("delivered");
    }

    [Fact]
    public async Task Cancel_stops_a_queued_message_and_reports_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync(callback: receiver.Url);

        using var answer = await simulator.PostAsync(Resource(simulator, sid), ("Status", "canceled"));

        (await Simulator.JsonAsync(answer, 200)).GetProperty("status").GetString().ShouldBe("canceled");
        (await receiver.NextAsync()).Status.ShouldBe("canceled");
        simulator.Clock.Advance(TimeSpan.FromMinutes(1));
        (await simulator.StatusAsync(sid)).ShouldBe("canceled");
        (await simulator.TextsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Cancel_after_the_sending_is_refused(int seconds)
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync();
        simulator.Clock.Advance(TimeSpan.FromSeconds(seconds));

        using var answer = await simulator.PostAsync(Resource(simulator, sid), ("Status", "canceled"));

        await Simulator.ShouldRefuseAsync(answer, 409, 30409);
    }

    [Fact]
    public async Task Redact_empties_the_resource_but_not_the_phone()
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync(body: "Private");
        simulator.Clock.Advance(TimeSpan.FromSeconds(5));

        using var answer = await simulator.PostAsync(Resource(simulator, sid), ("Body", ""));

        (await Simulator.JsonAsync(answer, 200)).GetProperty("body").GetString().ShouldBe("");
        (await simulator.FetchAsync(sid)).GetProperty("body").GetString().ShouldBe("");
        (await simulator.TextsAsync()).Single().GetProperty("body").GetString().ShouldBe("Private");
    }

    [Theory]
    [InlineData("Status=canceled&Body=")]
    [InlineData("Body=other")]
    [InlineData("Status=cancelled")]
    [InlineData("Nothing=here")]
    public async Task Any_other_update_is_refused(string form)
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync();

        using var answer = await simulator.PostAsync(
            Resource(simulator, sid), [.. form.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1]))]);

        await Simulator.ShouldRefuseAsync(answer, 400, 30400);
    }

    [Fact]
    public async Task Delete_waits_for_the_end_and_leaves_the_phone_alone()
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync();
        using var early = await simulator.Client.DeleteAsync(Resource(simulator, sid), TestContext.Current.CancellationToken);
        simulator.Clock.Advance(TimeSpan.FromSeconds(5));

        using var late = await simulator.Client.DeleteAsync(Resource(simulator, sid), TestContext.Current.CancellationToken);
        using var fetched = await simulator.Client.GetAsync(Resource(simulator, sid), TestContext.Current.CancellationToken);

        await Simulator.ShouldRefuseAsync(early, 409, 20009);
        ((int)late.StatusCode).ShouldBe(204);
        await Simulator.ShouldRefuseAsync(fetched, 404, 20404);
        (await simulator.TextsAsync()).Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task An_unknown_message_is_a_404(string method)
    {
        await using var simulator = await Simulator.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), Resource(simulator, $"SM{new string('0', 32)}"));

        using var answer = await simulator.Client.SendAsync(request, TestContext.Current.CancellationToken);

        await Simulator.ShouldRefuseAsync(answer, 404, 20404);
    }

    [Fact]
    public async Task An_unknown_path_is_Twilios_404()
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.Client.GetAsync($"{simulator.Account}/Calls.json", TestContext.Current.CancellationToken);

        await Simulator.ShouldRefuseAsync(answer, 404, 20404);
    }

    private static string Resource(Simulator simulator, string sid) => $"{simulator.Account}/Messages/{sid}.json";
}
