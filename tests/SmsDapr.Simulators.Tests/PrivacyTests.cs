using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests;

public sealed class PrivacyTests
{
    [Fact]
    public async Task Logs_hold_no_number_text_token_or_url()
    {
        using var logs = new LogCapture();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await using (var simulator = await Simulator.StartAsync(
            new SimulatorOptions { InboundUrl = receiver.Url }, configure: builder => builder.Services.AddSingleton<ILoggerProvider>(logs)))
        {
            await simulator.CreateAsync(body: "Private text", callback: receiver.Url);
            using var invalid = await simulator.SendAsync("+1234");
            await simulator.ReplyAsync(Simulator.To, "Private answer");
            simulator.Clock.Advance(TimeSpan.FromSeconds(1));
            await receiver.NextAsync();
            await simulator.TextsAsync();
        }

        // The refused inbound webhook is logged, so this looks at something.
        logs.Lines.ShouldContain(line => line.Contains("answered with status 500", StringComparison.Ordinal));
        foreach (var secret in new[] { "2025550147", "5005550006", "1234", "Private", SimulatorOptions.DefaultAuthToken, "/hooks" })
            logs.Lines.ShouldAllBe(line => !line.Contains(secret));
    }
}
