namespace SmsDapr.Core.Delivery;

/// <summary>The kind of a provider error.</summary>
public enum ErrorCategory
{
    /// <summary>No code, or one that the catalogue lacks.</summary>
    Unknown,

    /// <summary>The number can't receive the message.</summary>
    InvalidRecipient,

    /// <summary>The recipient opted out.</summary>
    OptedOut,

    /// <summary>The handset can't be reached.</summary>
    Unreachable,

    /// <summary>A fault at the carrier that may pass.</summary>
    CarrierTransient,

    /// <summary>The content was blocked.</summary>
    ContentBlocked,

    /// <summary>A rate, queue or daily limit.</summary>
    RateLimit,

    /// <summary>The sender or a webhook is set up wrongly.</summary>
    SenderMisconfigured,

    /// <summary>The account or its credentials are at fault, not the message.</summary>
    AccountAuth,

    /// <summary>Our own request is wrong.</summary>
    InvalidRequest,

    /// <summary>A fault at the provider that may pass.</summary>
    TransientProvider,
}
