using NodaTime;

namespace SmsDapr.Core.Delivery;

/// <summary>How long to wait before the next attempt.</summary>
public sealed record RetryOptions
{
    /// <summary>The defaults of the contract.</summary>
    public static RetryOptions Default { get; } = new();

    /// <summary>Base delay of errors without one of their own.</summary>
    public Duration BaseDelay { get; init; } = Duration.FromSeconds(60);

    /// <summary>Base delay of <see cref="ErrorCategory.CarrierTransient"/>.</summary>
    public Duration CarrierTransientDelay { get; init; } = Duration.FromSeconds(180);

    /// <summary>Base delay of <see cref="ErrorCategory.RateLimit"/>.</summary>
    public Duration RateLimitDelay { get; init; } = Duration.FromSeconds(300);

    /// <summary>Retries after failed receipts, on top of the limit of attempts in all; null: no limit of their own.</summary>
    public int? MaxRetriesAfterReceipt { get; init; }

    /// <summary>How long a message refused for the account waits before it looks whether the pause is over; not doubled.</summary>
    public Duration AccountPause { get; init; } = Duration.FromSeconds(60);
}

/// <summary>Delays between attempts.</summary>
public static class RetryRules
{
    // Lateness ends a message long before; this only keeps the arithmetic in range.
    private const int MaxDoublings = 16;

    /// <summary>The delay after a failed attempt: 2^(attempts made) × base, so 120 s after the first answer 503.</summary>
    public static Duration Delay(ErrorCategory category, int attemptsMade, RetryOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attemptsMade, 1);
        var baseDelay = category switch
        {
            ErrorCategory.AccountAuth => options.AccountPause,
            ErrorCategory.CarrierTransient => options.CarrierTransientDelay,
            ErrorCategory.RateLimit => options.RateLimitDelay,
            _ => options.BaseDelay,
        };
        return category == ErrorCategory.AccountAuth ? baseDelay : baseDelay * (1L << Math.Min(attemptsMade, MaxDoublings));
    }
}
