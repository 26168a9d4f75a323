using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Users;

namespace SmsDapr.Service.Hosting.Options;

/// <summary>Switches and defaults of sending.</summary>
public sealed record SmsOptions
{
    /// <summary>Off: nothing is sent, due messages end cancelled.</summary>
    public required bool SendingEnabled { get; init; }

    /// <summary>Attempts in all, not retries.</summary>
    public required int MaxSendAttempts { get; init; }

    /// <summary>Delays between attempts, and how many may follow failed receipts.</summary>
    public required RetryOptions Retry { get; init; }

    /// <summary>What applies to a user who never set anything.</summary>
    public required UserDefaults UserDefaults { get; init; }

    /// <summary>ISO 3166 region of numbers without <c>+</c>; null: such a number is refused.</summary>
    public required string? DefaultRegion { get; init; }

    /// <summary>How long after its send time a message may still go out.</summary>
    public required Duration MaxLateness { get; init; }

    /// <summary>How long a final receipt is waited for.</summary>
    public required Duration DeliveryTimeout { get; init; }

    /// <summary>How many messages this process hands to Twilio in a second; 0: as many as are due.</summary>
    public required int MessagesPerSecond { get; init; }

    /// <summary>How often in a minute Twilio may be asked about messages whose receipt does not come.</summary>
    public required int ReconcileCallsPerMinute { get; init; }

    internal static SmsOptions Read(SettingsReader settings) => new()
    {
        SendingEnabled = settings.Flag("SendingEnabled", true),
        MaxSendAttempts = settings.Number("MaxSendAttempts", 3, 1, 20),
        Retry = RetryOptions.Default with { MaxRetriesAfterReceipt = settings.Number("MaxRetriesAfterReceipt", 0, 19) },
        UserDefaults = ReadUserDefaults(settings),
        DefaultRegion = ReadRegion(settings),
        MaxLateness = settings.Duration("MaxLateness", Duration.FromHours(4), Duration.FromMinutes(1), Duration.FromDays(7)),
        DeliveryTimeout = settings.Duration("DeliveryTimeout", Duration.FromHours(24), Duration.FromMinutes(1), Duration.FromDays(7)),
        MessagesPerSecond = settings.Number("MessagesPerSecond", 0, 0, 1000),
        ReconcileCallsPerMinute = settings.Number("ReconcileCallsPerMinute", 300, 1, 60_000),
    };

    private static UserDefaults ReadUserDefaults(SettingsReader settings)
    {
        var builtIn = new UserDefaults();
        return builtIn with
        {
            DailyLimit = settings.Number("DefaultDailyLimit", builtIn.DailyLimit, 0, 1000),
            LeadTimeMinutes = settings.Number("DefaultLeadTimeMinutes", builtIn.LeadTimeMinutes, 1, 1440),
            QuietHours = ReadQuietHours(settings, builtIn.QuietHours),
            TimeZone = ReadTimeZone(settings, builtIn.TimeZone),
        };
    }

    private static QuietHours? ReadQuietHours(SettingsReader settings, QuietHours? otherwise)
    {
        const string Key = "DefaultQuietHours";
        if (settings.Text(Key) is not { } text)
            return otherwise;
        if (text is "none")
            return null;
        if (QuietHours.TryParse(text) is { } hours)
            return hours;
        settings.Problem(Key, "must be two different times such as 21:00-08:00, or none");
        return otherwise;
    }

    private static string ReadTimeZone(SettingsReader settings, string otherwise)
    {
        var id = settings.Text("DefaultTimeZone", otherwise);
        if (LocalTimes.FindZone(id) is null)
            settings.Problem("DefaultTimeZone", "must be an IANA time zone such as Europe/Berlin");
        return id;
    }

    private static string? ReadRegion(SettingsReader settings)
    {
        if (settings.Text("DefaultRegion")?.ToUpperInvariant() is not { } region)
            return null;
        if (!PhoneNumbers.IsRegion(region))
            settings.Problem("DefaultRegion", "must be an ISO 3166 country code such as US");
        return region;
    }
}
