using SmsDapr.Simulators.Twilio.Webhooks;

namespace SmsDapr.Simulators.Tests.Webhooks;

public sealed class TwilioSignatureTests
{
    private const string Url = "https://reminders.example.org/hooks/sms?clinic=12";

    private static readonly KeyValuePair<string, string>[] Form =
    [
        new("To", "+12025550147"),
        new("MessageStatus", "sent"),
        new("MessageSid", "SM0123456789abcdef0123456789abcdef"),
        new("Empty", ""),
    ];

    [Fact]
    public void Compute_agrees_with_the_known_example() =>
        TwilioSignature.Compute("example-token-not-a-secret", Url, Form).ShouldBe("Z38OM1neAKOrIP4uBZP1uacC+/Q=");

    [Fact]
    public void Compute_counts_a_repeated_value_once() =>
        TwilioSignature.Compute("example-token-not-a-secret", Url, [.. Form, new("MessageStatus", "sent")])
            .ShouldBe("Z38OM1neAKOrIP4uBZP1uacC+/Q=");
}
