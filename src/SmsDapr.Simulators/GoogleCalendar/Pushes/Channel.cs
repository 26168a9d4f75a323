namespace SmsDapr.Simulators.GoogleCalendar.Pushes;

/// <summary>A channel as its watch call made it.</summary>
internal sealed record Channel(string Id, string CalendarId, string ResourceId, string ResourceUri, string Address, string? Token, DateTimeOffset ExpiresAt);

/// <summary>One notification on its way. Its number may skip some, and two of them may share one.</summary>
internal sealed record Push(long Id, string ChannelId, long Number, string State, DateTimeOffset Due);

/// <summary>What happens to notifications; probabilities from 0 to 1.</summary>
internal sealed record PushPlan
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    /// <summary>How often a push comes later than <see cref="Delay"/>, by <see cref="Lateness"/>.</summary>
    public double Late { get; init; }

    public TimeSpan Lateness { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From a change to its push.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often one or more numbers are skipped before the next.</summary>
    public double SkippedNumbers { get; init; } = 0.3;

    public SyncMessage Sync { get; init; } = SyncMessage.AfterAnswer;

    public string? Problem() => new[] { Loss, Duplication, Late, SkippedNumbers }.Any(share => share is not (>= 0 and <= 1))
        ? "loss, duplication, late and skippedNumbers are shares from 0 to 1."
        : Lateness < TimeSpan.Zero || Delay < TimeSpan.Zero ? "delay and lateness must not be negative." : null;
}

/// <summary>When the first message of a channel comes.</summary>
internal enum SyncMessage
{
    AfterAnswer,
    BeforeAnswer,
    Never,
}
