using Microsoft.AspNetCore.Http;

namespace SmsDapr.Sidecar.Conformance.Tests.PubSub;

/// <summary>What the application's answer to an event means. The dead letter topic shows what was not taken.</summary>
public abstract class Answers(SidecarFixture sidecar) : PubSubTests(sidecar)
{
    [Theory]
    [InlineData(200, "")]
    [InlineData(202, "no json")]
    [InlineData(200, """{"status":""}""")]
    [InlineData(200, """{"status":5}""")]
    [InlineData(200, """{"other":"RETRY"}""")]
    [InlineData(200, """{"status":"SUCCESS"}""")]
    public async Task It_is_taken(int code, string body)
    {
        var application = Sidecar.RequireApplication();
        application.Answer("events/answered", call => (string)call.Json["type"]! == "marker" ? Results.NotFound() : Results.Text(body, "application/json", statusCode: code));

        await PublishAsync("answered", "asked", "1");
        await application.NextAsync("events/answered", Cancellation);
        await PublishAsync("answered", "marker", "2");
        await application.NextAsync("events/answered", Cancellation);

        (await application.NextAsync("events/answered-dead", Cancellation)).Json["type"]!.GetValue<string>().ShouldBe("marker");
    }

    [Theory]
    [InlineData(200, """{"status":"RETRY"}""")]
    [InlineData(200, """{"status":"DROP"}""")]
    [InlineData(200, """{"status":"ok"}""")]
    [InlineData(302, "")]
    [InlineData(404, "")]
    [InlineData(400, "")]
    [InlineData(500, """{"status":"SUCCESS"}""")]
    public async Task It_is_not_taken(int code, string body)
    {
        var application = Sidecar.RequireApplication();
        application.Answer("events/answered", _ => Results.Text(body, "application/json", statusCode: code));

        await PublishAsync("answered", "asked", $"{code}");
        await application.NextAsync("events/answered", Cancellation);

        (await application.NextAsync("events/answered-dead", Cancellation)).Json["data"]!.GetValue<int>().ShouldBe(code);
    }
}
