using System.Security.Cryptography;
using System.Text;
using SmsDapr.Service.Delivery;

namespace SmsDapr.Service.Tests.Delivery;

public sealed class TwilioSignatureTests
{
    private const string Token = "example-token-not-a-secret";
    private const string Url = "https://reminders.example.org/hooks/sms?clinic=12";
    private const string Body = "To=%2B12025550147&MessageStatus=sent&MessageSid=SM0123456789abcdef0123456789abcdef&Empty=";
    private const string WorkedExample = "Z38OM1neAKOrIP4uBZP1uacC+/Q=";

    [Fact]
    public void The_worked_example_of_the_reference_matches() =>
        Matches(Url, Body, WorkedExample).ShouldBeTrue();

    [Theory]
    [InlineData("https://reminders.example.org/hooks/sms?clinic=13")]
    [InlineData("https://reminders.example.org/hooks/sms/?clinic=12")]
    [InlineData("https://reminders.example.org/hooks/SMS?clinic=12")]
    [InlineData("http://reminders.example.org/hooks/sms?clinic=12")]
    public void Another_url_does_not_match(string url) =>
        Matches(url, Body, WorkedExample).ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64 at all")]
    [InlineData("Z38OM1neAKOrIP4uBZP1uacC+/R=")]
    public void A_missing_or_malformed_signature_does_not_match(string? signature) =>
        Matches(Url, Body, signature).ShouldBeFalse();

    [Fact]
    public void An_empty_token_never_matches() =>
        TwilioSignature.Matches("", Url, Encoding.UTF8.GetBytes(Body), isForm: true, TwilioSignature.Compute("", Url)).ShouldBeFalse();

    [Theory]
    [InlineData("https://host.example:8443/a?b=1", "https://host.example:8443/a?b=1")]
    [InlineData("https://host.example:8443/a?b=1", "https://host.example/a?b=1")]
    [InlineData("https://host.example/a", "https://host.example:443/a")]
    [InlineData("http://host.example/a", "http://host.example:80/a")]
    [InlineData("https://host.example:443/a", "https://host.example/a")]
    [InlineData("https://[::1]:8443/a", "https://[::1]/a")]
    public void Twilio_may_sign_with_or_without_the_port(string configured, string signedUrl) =>
        Matches(configured, "A=1", TwilioSignature.Compute(Token, signedUrl + "A1")).ShouldBeTrue();

    [Fact]
    public void No_other_port_is_tried() =>
        Matches("https://host.example/a", "A=1", TwilioSignature.Compute(Token, "https://host.example:8443/aA1")).ShouldBeFalse();

    [Theory]
    [InlineData("Body=hi+there%21&To=%2B1", "Bodyhi there!To+1")]
    [InlineData("b=2&B=1&a=", "B1ab2")]
    [InlineData("M=2&M=1&M=2", "M1M2")]
    [InlineData("Body=Gr%C3%BC%C3%9Fe+%F0%9F%91%8B", "BodyGrüße 👋")]
    [InlineData("Body=100%25&X=%20a%20", "Body100%X a ")]
    public void Every_parameter_is_signed_decoded_and_sorted_by_name(string body, string text) =>
        Matches(Url, body, TwilioSignature.Compute(Token, Url + text)).ShouldBeTrue();

    [Fact]
    public void A_json_body_is_covered_by_its_hash_in_the_query()
    {
        const string json = """{"MessageStatus":"sent"}""";
        var url = $"{Url}&bodySHA256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))}";
        var signature = TwilioSignature.Compute(Token, url);

        Json(url, json, signature).ShouldBeTrue();
        Json(url, json.Replace("sent", "read", StringComparison.Ordinal), signature).ShouldBeFalse();
        Json(Url, json, TwilioSignature.Compute(Token, Url)).ShouldBeFalse();
    }

    private static bool Matches(string url, string body, string? signature) =>
        TwilioSignature.Matches(Token, url, Encoding.UTF8.GetBytes(body), isForm: true, signature);

    private static bool Json(string url, string body, string signature) =>
        TwilioSignature.Matches(Token, url, Encoding.UTF8.GetBytes(body), isForm: false, signature);
}
