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

    /// <summary>Whether Twilio replaces look-alike characters, so that fewer texts need UCS-2.</summary>
    public required bool SmartEncoding { get; init; }

    /// <summary>What becomes of Twilio's copy of a message after its final receipt.</summary>
    public required ProviderCopy Copies { get; init; }

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
            SmartEncoding = settings.Flag("SmartEncoding", false),
            Copies = settings.Parse(
                "Copies",
                ProviderCopy.Keep,
                "must be keep, redact or delete",
                text => Enum.TryParse<ProviderCopy>(text, ignoreCase: true, out var copy) && Enum.IsDefined(copy) && !char.IsAsciiDigit(text[0]) ? copy : null),
        };
        if (options.ApiKeySid is null != options.ApiKeySecret is null)
            settings.Problem(options.ApiKeySid is null ? "ApiKeySid" : "ApiKeySecret", "must be set too when the other half of the API key is");
        return options;
    }
}

/// <summary>What becomes of Twilio's own record of a message that has ended.</summary>
public enum ProviderCopy
{
    /// <summary>Twilio keeps it as long as it keeps messages.</summary>
    Keep,

    /// <summary>Its text is emptied; the number stays.</summary>
    Redact,

    /// <summary>It is deleted.</summary>
    Delete,
}
