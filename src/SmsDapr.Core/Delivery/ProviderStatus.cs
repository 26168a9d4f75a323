using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Delivery;

/// <summary>Statuses that Twilio reports for an outbound message (source: Twilio's OpenAPI file of API 2010-04-01, 2026).</summary>
public enum ProviderStatus
{
    /// <summary>Scheduled at the provider.</summary>
    Scheduled,

    /// <summary>Taken by a Messaging Service that has yet to pick a sender.</summary>
    Accepted,

    /// <summary>In a sender's queue.</summary>
    Queued,

    /// <summary>On its way to the carrier.</summary>
    Sending,

    /// <summary>Passed to the carrier.</summary>
    Sent,

    /// <summary>Delivered.</summary>
    Delivered,

    /// <summary>Opened by the recipient.</summary>
    Read,

    /// <summary>Passed on, then refused.</summary>
    Undelivered,

    /// <summary>Not got out.</summary>
    Failed,

    /// <summary>Taken back at the provider.</summary>
    Canceled,
}

/// <summary>What Twilio's statuses mean for our records.</summary>
public static class ProviderStatuses
{
    /// <summary>The status of Twilio's word; null for a word that changes nothing here (inbound, deprecated or new ones).</summary>
    public static ProviderStatus? Find(string? word) => word switch
    {
        "scheduled" => ProviderStatus.Scheduled,
        "accepted" => ProviderStatus.Accepted,
        "queued" => ProviderStatus.Queued,
        "sending" => ProviderStatus.Sending,
        "sent" => ProviderStatus.Sent,
        "delivered" => ProviderStatus.Delivered,
        "read" => ProviderStatus.Read,
        "undelivered" => ProviderStatus.Undelivered,
        "failed" => ProviderStatus.Failed,
        "canceled" => ProviderStatus.Canceled,
        _ => null,
    };

    /// <summary>The status of the SMS record.</summary>
    public static SmsStatus ToSmsStatus(this ProviderStatus status) => status switch
    {
        ProviderStatus.Scheduled or ProviderStatus.Accepted or ProviderStatus.Queued => SmsStatus.Queued,
        ProviderStatus.Sending => SmsStatus.Sending,
        ProviderStatus.Sent => SmsStatus.Sent,
        ProviderStatus.Delivered or ProviderStatus.Read => SmsStatus.Delivered,
        ProviderStatus.Undelivered => SmsStatus.Undelivered,
        ProviderStatus.Failed => SmsStatus.Failed,
        ProviderStatus.Canceled => SmsStatus.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a provider status."),
    };

    /// <summary>The status of the message while no retry follows.</summary>
    public static MessageStatus ToMessageStatus(this ProviderStatus status) => status.ToSmsStatus() switch
    {
        SmsStatus.Delivered => MessageStatus.Delivered,
        SmsStatus.Undelivered or SmsStatus.Failed or SmsStatus.Cancelled => MessageStatus.Failed,
        _ => MessageStatus.Sent,
    };

    /// <summary>
    /// How far an attempt has come; it only ever grows. Twilio reports one final status per message, but carriers correct themselves:
    /// of a failure and a delivery the delivery stands, whichever came first.
    /// </summary>
    internal static int Rank(this SmsStatus status) => status switch
    {
        SmsStatus.Scheduled => 0,
        SmsStatus.Queued => 1,
        SmsStatus.Sending => 2,
        SmsStatus.Sent => 3,
        SmsStatus.Failed or SmsStatus.Undelivered or SmsStatus.Cancelled => 4,
        SmsStatus.Delivered => 5,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not an SMS status."),
    };

    internal static bool IsFailure(this SmsStatus status) =>
        status is SmsStatus.Failed or SmsStatus.Undelivered or SmsStatus.Cancelled;
}
