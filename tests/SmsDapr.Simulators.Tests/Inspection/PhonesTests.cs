using System.Text.Json;
using SmsDapr.Simulators.Tests.Support;
using SmsDapr.Simulators.Twilio.Behaviours;

namespace SmsDapr.Simulators.Tests.Inspection;

public sealed class PhonesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_text_arrives_once_at_the_time_of_delivery()
    {
        await using var simulator = await Simulator.StartAsync();
        var sid = await simulator.CreateAsync(body: "Standup in 15 mins");
        (await simulator.TextsAsync()).ShouldBeEmpty();

        simulator.Clock.Advance(TimeSpan.FromSeconds(5));
        simulator.Clock.Advance(TimeSpan.FromDays(1));

        var text = (await simulator.TextsAsync()).ShouldHaveSingleItem();
        text.GetProperty("sid").GetString().ShouldBe(sid);
        text.GetProperty("body").GetString().ShouldBe("Standup in 15 mins");
        text.GetProperty("from").GetString().ShouldBe(Simulator.From);
        text.GetProperty("at").GetString().ShouldBe("2026-11-23T09:00:05Z");
    }

    [Fact]
    public async Task Phones_are_listed_latest_first()
    {
        await using var simulator = await Simulator.StartAsync();
        foreach (var to in new[] { "+12025550101", "+12025550102", "+12025550103" })
        {
            await simulator.CreateAsync(to);
            simulator.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        var phones = await simulator.ItemsAsync("/_sim/phones?limit=2");

        phones.Select(phone => phone.GetProperty("number").GetString()).ShouldBe(["+12025550103", "+12025550102"]);
    }

    [Fact]
    public async Task A_reply_is_posted_signed_to_the_inbound_url_from_the_number_it_answers()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync(new SimulatorOptions { InboundUrl = receiver.BaseUrl + "/hooks/inbound" });
        await simulator.CreateAsync();
        simulator.Clock.Advance(TimeSpan.FromSeconds(5));

        var reply = await simulator.ReplyAsync(Simulator.To, "Thanks & bye");

        reply.GetProperty("webhookStatus").GetInt32().ShouldBe(204);
        var inbound = await receiver.NextAsync();
        inbound.Target.ShouldBe("/hooks/inbound");
        inbound["From"].ShouldBe(Simulator.To);
        inbound["To"].ShouldBe(Simulator.From);
        inbound["Body"].ShouldBe("Thanks & bye");
        inbound["SmsStatus"].ShouldBe("received");
        inbound["FromCity"].ShouldBe("");
        inbound["MessageSid"].ShouldBe(reply.GetProperty("sid").GetString());
        inbound.Signature.ShouldNotBeEmpty();
        var resource = await simulator.FetchAsync(inbound["MessageSid"]!);
        resource.GetProperty("direction").GetString().ShouldBe("inbound");
        resource.GetProperty("status").GetString().ShouldBe("received");
    }

    [Fact]
    public async Task A_reply_without_an_inbound_url_is_only_stored()
    {
        await using var simulator = await Simulator.StartAsync();

        var reply = await simulator.ReplyAsync(Simulator.To, "Hello");

        reply.GetProperty("webhookStatus").ValueKind.ShouldBe(JsonValueKind.Null);
        reply.GetProperty("to").GetString().ShouldBe(simulator.Options.Sender);
        var phone = await simulator.GetAsync($"/_sim/phones/{Simulator.To}");
        phone.GetProperty("sent").EnumerateArray().Single().GetProperty("body").GetString().ShouldBe("Hello");
    }

    [Theory]
    [InlineData("STOP", true)]
    [InlineData(" stopall ", true)]
    [InlineData("OptOut", true)]
    [InlineData("stop please", false)]
    public async Task A_keyword_that_is_the_whole_text_blocks_the_number(string text, bool blocks)
    {
        await using var simulator = await Simulator.StartAsync();

        await simulator.ReplyAsync(Simulator.To, text);

        using var answer = await simulator.SendAsync();
        if (blocks)
            await Simulator.ShouldRefuseAsync(answer, 400, 21610);
        else
            ((int)answer.StatusCode).ShouldBe(201);
    }

    [Fact]
    public async Task START_lifts_the_block()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ReplyAsync(Simulator.To, "STOP");
        await simulator.ReplyAsync(Simulator.To, "Start");

        using var answer = await simulator.SendAsync();

        ((int)answer.StatusCode).ShouldBe(201);
    }

    [Fact]
    public async Task A_service_accepts_a_blocked_number_first_and_fails_later()
    {
        await using var simulator = await Simulator.StartAsync();
        await simulator.ReplyAsync(Simulator.To, "STOP");
        using var answer = await simulator.SendByServiceAsync();
        var sid = (await Simulator.JsonAsync(answer, 201)).GetProperty("sid").GetString()!;

        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var message = await simulator.FetchAsync(sid);
        message.GetProperty("status").GetString().ShouldBe("failed");
        message.GetProperty("error_code").GetInt32().ShouldBe(21610);
    }

    [Fact]
    public async Task The_number_that_replies_STOP_does_so_after_it_got_the_text()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var simulator = await Simulator.StartAsync(new SimulatorOptions { InboundUrl = receiver.Url });
        var number = MagicNumbers.Named("replies_stop")!.Number;
        await simulator.CreateAsync(number);

        simulator.Clock.Advance(TimeSpan.FromSeconds(5));
        receiver.HasMore.ShouldBeFalse();
        simulator.Clock.Advance(TimeSpan.FromSeconds(1));

        var inbound = await receiver.NextAsync();
        inbound["From"].ShouldBe(number);
        inbound["Body"].ShouldBe("STOP");
    }

    [Theory]
    [InlineData("GET", "/_sim/phones/nonsense", "")]
    [InlineData("POST", "/_sim/phones/nonsense/reply", """{"body":"x"}""")]
    [InlineData("POST", "/_sim/phones/+12025550147/reply", "{}")]
    [InlineData("POST", "/_sim/phones/+12025550147/reply", "STOP")]
    public async Task A_request_that_makes_no_sense_is_a_400(string method, string path, string body)
    {
        await using var simulator = await Simulator.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(body) };

        using var answer = await simulator.Client.SendAsync(request, Cancellation);

        ((int)answer.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task The_page_is_html_that_needs_nothing_from_elsewhere()
    {
        await using var simulator = await Simulator.StartAsync();

        using var answer = await simulator.Client.GetAsync("/", Cancellation);

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        page.ShouldContain("/_sim/phones");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("innerHTML");
    }

    [Fact]
    public async Task The_magic_numbers_of_the_page_are_the_ones_that_work()
    {
        await using var simulator = await Simulator.StartAsync();

        (await simulator.ItemsAsync("/_sim/magic-numbers")).Select(magic => magic.GetProperty("number").GetString())
            .ShouldBe(MagicNumbers.All.Select(magic => magic.Number));
    }
}
