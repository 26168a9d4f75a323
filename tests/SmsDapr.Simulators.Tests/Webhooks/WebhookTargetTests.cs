using SmsDapr.Simulators.Twilio.Webhooks;

namespace SmsDapr.Simulators.Tests.Webhooks;

public sealed class WebhookTargetTests
{
    [Fact]
    public void TryParse_reads_overrides_and_keeps_the_address_as_written()
    {
        var target = WebhookTarget.TryParse("https://Host.example.org:443/a%7Eb/?m=%41#ct=200&rt=300&tt=400&rc=3&rp=ct,rt,5xx")!;

        target.Address.ShouldBe("https://Host.example.org:443/a%7Eb/?m=%41");
        target.Uri.PathAndQuery.ShouldBe("/a%7Eb/?m=%41");
        target.Overrides.ShouldBe(new ConnectionOverrides
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(200),
            ReadTimeout = TimeSpan.FromMilliseconds(300),
            TotalTimeout = TimeSpan.FromMilliseconds(400),
            Retries = 3,
            RetryOn = RetryOn.Connect | RetryOn.Read | RetryOn.ServerError,
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("#rc=6&ct=99&rt=15001&tt=x&sni=y&e=ashburn")]
    public void TryParse_keeps_the_defaults_for_what_is_missing_or_out_of_range(string fragment)
    {
        var overrides = WebhookTarget.TryParse($"http://127.0.0.1/x{fragment}")!.Overrides;

        overrides.ShouldBe(new ConnectionOverrides());
        overrides.Retries.ShouldBe(1);
        overrides.RetryOn.ShouldBe(RetryOn.Connect);
    }

    [Theory]
    [InlineData("/relative")]
    [InlineData("mailto:someone@example.org")]
    [InlineData("https://under_score.example.org/")]
    public void TryParse_refuses_what_Twilio_would_not_call(string url) => WebhookTarget.TryParse(url).ShouldBeNull();
}
