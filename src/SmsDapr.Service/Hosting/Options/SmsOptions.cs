using NodaTime;
using SmsDapr.Core;

namespace SmsDapr.Service.Hosting.Options;

/// <summary>Switches and defaults of sending; every user setting that was never set falls back on these.</summary>
public sealed record SmsOptions
{
    /// <summary>Off: nothing is sent, due messages end cancelled.</summary>
    public required bool SendingEnabled { get; init; }

    /// <summary>Attempts in all, not retries.</summary>
    public required int MaxSendAttempts { get; init; }

    /// <summary>Per user and local day.</summary>
    public required int DefaultDailyLimit { get; init; }

    public required int DefaultLeadTimeMinutes { get; init; }

    /// <summary>Quiet hours of a user who never set any.</summary>
    public required QuietHours DefaultQuietHours { get; init; }

    public required DateTimeZone DefaultTimeZone { get; init; }

    /// <summary>ISO 3166 region of numbers without <c>+</c>; null: such a number is refused.</summary>
    public string? DefaultRegion { get; init; }

    /// <summary>How long after its send time a message may still go out.</summary>
    public required Duration MaxLateness { get; init; }

    /// <summary>How long a final receipt is waited for.</summary>
    public required Duration DeliveryTimeout { get; init; }

    internal static SmsOptions Read(SettingsReader settings) => new()
    {
        SendingEnabled = settings.Flag("SendingEnabled", true),
        MaxSendAttempts = settings.Number("MaxSendAttempts", 3, 1, 20),
        DefaultDailyLimit = settings.Number("DefaultDailyLimit", 10, 0, 1000),
        DefaultLeadTimeMinutes = settings.Number("DefaultLeadTimeMinutes", 15, 1, 1440),
        DefaultQuietHours = new QuietHours(new LocalTime(21, 0), new LocalTime(8, 0)),
        DefaultTimeZone = DateTimeZone.Utc,
        DefaultRegion = settings.Text("DefaultRegion"),
        MaxLateness = settings.Duration("MaxLateness", Duration.FromHours(4), Duration.FromMinutes(1), Duration.FromDays(7)),
        DeliveryTimeout = settings.Duration("DeliveryTimeout", Duration.FromHours(24), Duration.FromMinutes(1), Duration.FromDays(7)),
    };
}
