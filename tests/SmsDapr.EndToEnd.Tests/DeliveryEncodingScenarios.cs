using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Smart encoding: what is counted is what Twilio sends.</summary>
public sealed class DeliveryEncodingScenarios
{
    private const string Curly = "It’s your turn – please come in";

    [Fact]
    public async Task With_smart_encoding_look_alikes_cost_no_UCS_2_and_the_phone_shows_the_replaced_text()
    {
        await using var system = VirtualSystem.With("Twilio__SmartEncoding", "true");
        await system.InitializeAsync();
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, sendAt: null, Curly);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));

        var message = await system.MessageAsync(id);
        message.Text("body").ShouldBe(Curly);
        message.GetProperty("sms").Text("encoding").ShouldBe("gsm7");
        message.GetProperty("sms").GetProperty("smartEncoding").GetBoolean().ShouldBeTrue();
        (await system.TextsAsync(user)).ShouldBe(["It's your turn - please come in"]);
    }

    [Fact]
    public async Task A_smart_encoded_message_whose_answer_was_lost_is_recognised_and_not_sent_again()
    {
        await using var system = VirtualSystem.With("Twilio__SmartEncoding", "true");
        await system.InitializeAsync();
        var user = await system.NewUserAsync("+19075550113");
        var id = await system.ScheduleAsync(user, sendAt: null, Curly);
        await system.AdvanceAsync(TimeSpan.FromMinutes(5));

        (await system.MessageAsync(id)).Text("status").ShouldBe("delivered");
        (await system.CreatesAsync(user)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_it_one_look_alike_makes_the_whole_text_UCS_2()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, sendAt: null, Curly);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));

        (await system.MessageAsync(id)).GetProperty("sms").Text("encoding").ShouldBe("ucs2");
        (await system.TextsAsync(user)).ShouldBe([Curly]);
    }
}
