using NodaTime;

namespace SmsDapr.Core.Messages;

/// <summary>What is known of a message when it is created.</summary>
public sealed record NewMessage
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The user who receives it.</summary>
    public required string UserId { get; init; }

    /// <summary>Why it exists.</summary>
    public required MessageType Type { get; init; }

    /// <summary>Its text.</summary>
    public required MessageText Text { get; init; }

    /// <summary>When it is to be sent.</summary>
    public required Instant SendAt { get; init; }

    /// <summary>IANA id of the zone that its local times are meant in.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The wall-clock time asked for, if one was.</summary>
    public LocalDateTime? SendAtLocal { get; init; }

    /// <summary>Whether the wall-clock time is meant in whatever zone the user is in.</summary>
    public bool FollowsUserZone { get; init; }

    /// <summary>The calendar event whose rules it is under.</summary>
    public CalendarEvent? Event { get; init; }

    /// <summary>Create requests allowed in all, at least 1.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>How long after the send time it may still go out; null takes the configured one.</summary>
    public Duration? MaxLateness { get; init; }

    /// <summary>Why quiet hours are overridden; null respects them.</summary>
    public string? QuietHoursOverrideReason { get; init; }

    /// <summary>Whether Twilio is to replace look-alike characters by GSM-7 ones.</summary>
    public bool SmartEncoding { get; init; }

    /// <summary>Hash of the request.</summary>
    public string? RequestFingerprint { get; init; }

    /// <summary>Name of the caller.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Who creates it.</summary>
    public required TimelineSource Source { get; init; }

    /// <summary>The id only: the text must not reach a log.</summary>
    public override string ToString() => $"new message {Id}";
}

/// <summary>A text and where it came from.</summary>
/// <param name="Body">1 to <see cref="MessageLimits.MaxBodyLength"/> UTF-16 units.</param>
/// <param name="Source">Who wrote it.</param>
/// <param name="LlmModel">The model that wrote it.</param>
/// <param name="CostUsd">What writing it cost, in US dollars.</param>
/// <param name="WordedFrom">Fingerprint of the facts that it was written from; null for a caller's text.</param>
/// <param name="WordedFor">When it was expected to go out as it was written; null for a caller's text.</param>
public sealed record MessageText(
    string Body, BodySource Source, string? LlmModel = null, decimal? CostUsd = null, string? WordedFrom = null, Instant? WordedFor = null)
{
    /// <summary>Source and length only: the text must not reach a log.</summary>
    public override string ToString() => $"{Source} text of {Body.Length} units";
}
