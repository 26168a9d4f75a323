using NodaTime;

namespace SmsDapr.Service.Hosting.Options;

/// <summary>The account that messages are sent through. Nothing here is required to start; <see cref="CanSend"/> says whether it is enough to send.</summary>
public sealed class TwilioOptions
{
    public required Uri BaseUrl { get; init; }

    public required Uri VerifyBaseUrl { get; init; }

    public string? AccountSid { get; internal set; }

    public string? AuthToken { get; internal set; }

    public string? ApiKeySid { get; internal set; }

    public string? ApiKeySecret { get; internal set; }

    public string? MessagingServiceSid { get; init; }

    public string? From { get; init; }

    public string? VerifyServiceSid { get; init; }

    /// <summary>The address that Twilio reaches the service at.</summary>
    public Uri? PublicBaseUrl { get; init; }

    public required Duration ValidityPeriod { get; init; }

    public bool CanSend => AccountSid is not null && AuthToken is not null && (MessagingServiceSid ?? From) is not null;

    internal static TwilioOptions Read(SettingsReader settings)
    {
        var options = new TwilioOptions
        {
            BaseUrl = settings.Address("BaseUrl", "https://api.twilio.com"),
            VerifyBaseUrl = settings.Address("VerifyBaseUrl", "https://verify.twilio.com"),
            AccountSid = settings.Text("AccountSid"),
            AuthToken = settings.Text("AuthToken"),
            ApiKeySid = settings.Text("ApiKeySid"),
            ApiKeySecret = settings.Text("ApiKeySecret"),
            MessagingServiceSid = settings.Text("MessagingServiceSid"),
            From = settings.Text("From"),
            VerifyServiceSid = settings.Text("VerifyServiceSid"),
            PublicBaseUrl = settings.Address("PublicBaseUrl"),
            // Twilio accepts 1 to 36,000 seconds.
            ValidityPeriod = settings.Duration("ValidityPeriod", Duration.FromHours(4), Duration.FromSeconds(1), Duration.FromHours(10)),
        };
        if (options.ApiKeySid is null != options.ApiKeySecret is null)
            settings.Problem(options.ApiKeySid is null ? "ApiKeySid" : "ApiKeySecret", "must be set too when the other half of the API key is");
        return options;
    }
}
