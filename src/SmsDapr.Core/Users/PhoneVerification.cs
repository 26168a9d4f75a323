using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>
/// A user's way to a verified number: when codes were asked for, and how many were tried. Limits are counted here and before the
/// provider is asked, so that neither a burst of guesses nor a restart of the process opens them. Apart from the user's phone: that
/// one keeps working until another is verified.
/// </summary>
public sealed record PhoneVerification
{
    /// <summary>Starts within <see cref="Window"/>.</summary>
    public const int MaxStarts = 5;

    /// <summary>Codes that may be wrong before a new start is needed.</summary>
    public const int MaxChecks = 5;

    /// <summary>How long a start counts.</summary>
    public static readonly Duration Window = Duration.FromHours(1);

    /// <summary>The user.</summary>
    public required string UserId { get; init; }

    /// <summary>The number that waits for its code, E.164; null when none does.</summary>
    public string? Number { get; init; }

    /// <summary>The provider's id of the newest verification it began.</summary>
    public string? ProviderSid { get; init; }

    /// <summary>When the provider began it: asked for another code, it goes on with the same one, which ends as early as it would have.</summary>
    public Instant? ProviderBeganAt { get; init; }

    /// <summary>Codes tried since the start.</summary>
    public int Checks { get; init; }

    /// <summary>The starts that still count, oldest first.</summary>
    public IReadOnlyList<Instant> Starts { get; init; } = [];

    /// <summary>Whether only a new start helps.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsBlocked => Checks >= MaxChecks;

    /// <summary>When the next start is allowed.</summary>
    public Instant NextStart(Instant now) => Starts.Count(start => start + Window > now) < MaxStarts ? now : Starts[^MaxStarts] + Window;

    /// <summary>Begins anew with a number; null when too many starts lie within the last hour.</summary>
    public PhoneVerification? Start(string e164, Instant now) =>
        NextStart(now) > now
            ? null
            : this with { Number = e164, Checks = 0, Starts = [.. Starts.Where(start => start + Window > now), now] };

    /// <summary>The provider began, or went on with, a verification; null after a new start.</summary>
    public PhoneVerification? Began(PhoneVerification asStarted, string? providerSid, Instant now) =>
        !IsSameStart(asStarted) ? null
        : providerSid is not null && providerSid == ProviderSid ? this
        : this with { ProviderSid = providerSid, ProviderBeganAt = now };

    /// <summary>
    /// Goes back to what was awaited before a start that certainly brought no code: a code for another number that came before it is still good. The start
    /// itself counts all the same. Null after a new start.
    /// </summary>
    public PhoneVerification? GoBack(PhoneVerification before, PhoneVerification asStarted) =>
        IsSameStart(asStarted) ? this with { Number = before.Number, Checks = before.Checks + Checks } : null;

    /// <summary>The same, and takes the start back, so that a provider's outage uses none up.</summary>
    public PhoneVerification? Unstart(PhoneVerification before, PhoneVerification asStarted) =>
        GoBack(before, asStarted) is { } back ? back with { Starts = [.. Starts.SkipLast(1)] } : null;

    /// <summary>Counts a code before it is compared; null when there is nothing to compare it with or only a new start helps.</summary>
    public PhoneVerification? Check() => Number is null || IsBlocked ? null : this with { Checks = Checks + 1 };

    /// <summary>Takes a counted code back that could not be compared; null when a new start has forgotten it.</summary>
    public PhoneVerification? Uncheck(PhoneVerification asCounted) =>
        IsSameStart(asCounted) && Checks > 0 ? this with { Checks = Checks - 1 } : null;

    /// <summary>The provider compares no more codes; null after a new start.</summary>
    public PhoneVerification? Block(PhoneVerification asCounted) => IsSameStart(asCounted) ? this with { Checks = MaxChecks } : null;

    /// <summary>The number is verified; null after a new start.</summary>
    public PhoneVerification? Complete(PhoneVerification asCounted) =>
        IsSameStart(asCounted) ? this with { Number = null, ProviderSid = null, ProviderBeganAt = null, Checks = 0 } : null;

    /// <summary>The user only: the number must not reach a log.</summary>
    public override string ToString() => $"phone verification of {UserId}";

    private bool IsSameStart(PhoneVerification other) => Number == other.Number && Starts.Count > 0 && Starts[^1] == other.Starts[^1];
}
