namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

public abstract class RoutingRules(SidecarFixture sidecar) : PubSubTests(sidecar)
{
    [Theory]
    [InlineData("order.paid", """{"amount":500}""", "events/ruled/large")]
    [InlineData("order.paid", """{"amount":5}""", "events/ruled/orders")]
    [InlineData("order.sent", """{"amount":500}""", "events/ruled/orders")]
    [InlineData("order.lost", """{"amount":500}""", "events/ruled/others")]
    public async Task The_first_rule_that_holds_gets_the_event_and_the_default_what_is_left(string type, string data, string path)
    {
        var application = Sidecar.RequireApplication();

        await PublishAsync("ruled", type, data);

        (await application.NextAsync(path, Cancellation)).Json["type"]!.GetValue<string>().ShouldBe(type);
    }

    [Fact]
    public async Task A_declared_subscription_has_rules_too()
    {
        var application = Sidecar.RequireApplication();

        await PublishAsync("declared", "special", "7");

        (await application.NextAsync("events/declared-special", Cancellation)).Json["data"]!.GetValue<int>().ShouldBe(7);
    }

    [Fact]
    public async Task An_event_that_no_rule_takes_goes_to_the_dead_letter_topic()
    {
        var application = Sidecar.RequireApplication();

        await PublishAsync("choosy", "unwanted", "1");
        await PublishAsync("choosy", "wanted", "2");

        (await application.NextAsync("events/choosy-dead", Cancellation)).Json["type"]!.GetValue<string>().ShouldBe("unwanted");
        (await application.NextAsync("events/choosy", Cancellation)).Json["type"]!.GetValue<string>().ShouldBe("wanted");
    }
}
