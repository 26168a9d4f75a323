using System.Text.Json.Serialization;
using NodaTime;

namespace SmsDapr.Core.Messages;

/// <summary>
/// A scheduled message: the intent, with its <see cref="SmsRecord"/> inside. One message is one document, so the two always change together.
/// Immutable; changed only by the transitions of <see cref="MessageLifecycle"/>, <see cref="MessageAttempts"/> and <see cref="MessageReceipts"/>.
/// </summary>
public sealed record Message
{
    /// <summary>The id, given by the caller or derived by the planner.</summary>
    public required string Id { get; init; }

    /// <summary>The user who receives it.</summary>
    public required string UserId { get; init; }

    /// <summary>Why it exists.</summary>
    public required MessageType Type { get; init; }

    /// <summary>Where it stands.</summary>
    public required MessageStatus Status { get; init; }

    /// <summary>Why it has that status; null when the status needs no reason.</summary>
    public StatusReason? StatusReason { get; init; }

    /// <summary>The text, 1 to <see cref="MessageLimits.MaxBodyLength"/> UTF-16 units.</summary>
    public required string Body { get; init; }

    /// <summary>Who wrote the text.</summary>
    public required BodySource BodySource { get; init; }

    /// <summary>The model that wrote the text.</summary>
    public string? LlmModel { get; init; }

    /// <summary>Fingerprint of the facts that the text was written from; null for a caller's text. Internal.</summary>
    public string? WordedFrom { get; init; }

    /// <summary>When the text was expected to go out as it was written; null for a caller's text. Internal.</summary>
    public Instant? WordedFor { get; init; }

    /// <summary>What all generated texts of this message cost, in US dollars.</summary>
    public decimal? GenerationCostUsd { get; init; }

    /// <summary>When it is to be sent; a deferral moves it.</summary>
    public required Instant SendAt { get; init; }

    /// <summary>IANA id of the zone that its local times are meant in.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The wall-clock time that the caller asked for, in <see cref="TimeZone"/>; null when an instant was asked for.</summary>
    public LocalDateTime? SendAtLocal { get; init; }

    /// <summary>Whether <see cref="SendAtLocal"/> is meant in whatever zone the user is in; else in <see cref="TimeZone"/> for good.</summary>
    public bool FollowsUserZone { get; init; }

    /// <summary>The send time before the first deferral for quiet hours; null when it is not deferred.</summary>
    public Instant? DeferredFrom { get; init; }

    /// <summary>The calendar event whose rules it is under.</summary>
    public CalendarEvent? Event { get; init; }

    /// <summary>Create requests made so far.</summary>
    public int Attempts { get; init; }

    /// <summary>Create requests allowed in all.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>When the next attempt is made, while it waits for a retry or a pause.</summary>
    public Instant? NextAttemptAt { get; init; }

    /// <summary>The last failure as a sentence for people, without any phone number.</summary>
    public string? LastError { get; init; }

    /// <summary>True when no final receipt came within the delivery timeout.</summary>
    public bool DeliveryUnconfirmed { get; init; }

    /// <summary>When it was created.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>When it last changed; never goes back.</summary>
    public required Instant UpdatedAt { get; init; }

    /// <summary>When the provider first accepted it.</summary>
    public Instant? SentAt { get; init; }

    /// <summary>When it was delivered.</summary>
    public Instant? DeliveredAt { get; init; }

    /// <summary>When it ended failed.</summary>
    public Instant? FailedAt { get; init; }

    /// <summary>When it ended cancelled.</summary>
    public Instant? CancelledAt { get; init; }

    /// <summary>The id of <see cref="Sms"/>.</summary>
    public required string SmsMessageId { get; init; }

    /// <summary>The provider's id of the attempt that counts.</summary>
    public string? TwilioSid { get; init; }

    /// <summary>The send record.</summary>
    public required SmsRecord Sms { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    /// <summary>Why the caller sends in spite of quiet hours; null when quiet hours are respected.</summary>
    public string? QuietHoursOverrideReason { get; init; }

    /// <summary>How long after <see cref="SendAt"/> it may still go out; null takes the configured one.</summary>
    public Duration? MaxLateness { get; init; }

    /// <summary>Hash of the request that created it, to tell a repeated request from a conflicting one.</summary>
    public string? RequestFingerprint { get; init; }

    /// <summary>Name of the caller that created it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Whether its workflow has taken it on.</summary>
    public bool Accepted { get; init; }

    /// <summary>The user's local date on which it holds a day slot.</summary>
    public LocalDate? SlotDate { get; init; }

    /// <summary>When the user was erased: number, text and user are gone, and nothing changes it any more. Internal.</summary>
    public Instant? ErasedAt { get; init; }

    /// <summary>When Twilio's copies of it were redacted or deleted. Internal.</summary>
    public Instant? RedactedAt { get; init; }

    /// <summary>The last timeline entry that is known to be published.</summary>
    public long PublishedSequence { get; init; }

    /// <summary>When something is next due: the next attempt, or the first one at <see cref="SendAt"/>.</summary>
    [JsonIgnore]
    public Instant DueAt => NextAttemptAt ?? SendAt;

    /// <summary>Whether nothing more will be sent. Only a late receipt can still turn it delivered.</summary>
    [JsonIgnore]
    public bool IsFinal => Status is MessageStatus.Delivered or MessageStatus.Failed or MessageStatus.Cancelled;

    /// <summary>Whether the provider ever accepted one of its attempts.</summary>
    [JsonIgnore]
    public bool EverAccepted => SentAt is not null;

    /// <summary>Whether its day slot has to be given back: it ended and the provider never accepted it.</summary>
    [JsonIgnore]
    public bool OwesSlot => SlotDate is not null && IsFinal && !EverAccepted;

    /// <summary>Whether it needs nothing more: final, or out and given up waiting for. Only a late receipt still changes it.</summary>
    [JsonIgnore]
    public bool IsOver => IsFinal || DeliveryUnconfirmed || ErasedAt is not null;

    /// <summary>Whether it is only what <see cref="MessageLifecycle.Discarded"/> left: nothing that was accepted is without a text.</summary>
    [JsonIgnore]
    public bool IsDiscarded => !Accepted && Body.Length == 0;

    /// <summary>The newest attempt; null before the first.</summary>
    [JsonIgnore]
    public SendAttempt? CurrentAttempt => Sms.Attempts.Count == 0 ? null : Sms.Attempts[^1];

    /// <summary>The timeline entries that are not known to be published, oldest first.</summary>
    [JsonIgnore]
    public IEnumerable<TimelineEntry> Unpublished => Timeline.Where(entry => entry.Sequence > PublishedSequence);

    /// <summary>Id and status only: the text must not reach a log.</summary>
    public override string ToString() => $"message {Id}: {Status}";
}

/// <summary>The calendar event of a message, as last known.</summary>
public sealed record CalendarEvent
{
    /// <summary>The calendar's id of the event or occurrence.</summary>
    public required string Id { get; init; }

    /// <summary>The calendar that holds it.</summary>
    public required string CalendarId { get; init; }

    /// <summary>Its title; null when it has none.</summary>
    public string? Title { get; init; }

    /// <summary>When it begins.</summary>
    public required Instant Start { get; init; }

    /// <summary>When it ends.</summary>
    public required Instant End { get; init; }

    /// <summary>Where it takes place.</summary>
    public string? Location { get; init; }

    /// <summary>The calendar's page of it.</summary>
    public string? Link { get; init; }

    /// <summary>The id only: title and place must not reach a log.</summary>
    public override string ToString() => $"event {Id}";
}

/// <summary>One thing that happened to a message.</summary>
public sealed record TimelineEntry
{
    /// <summary>Grows by one with each entry of a message, from 1. Consumers are idempotent by (message, sequence).</summary>
    public required long Sequence { get; init; }

    /// <summary>When.</summary>
    public required Instant At { get; init; }

    /// <summary>The status that the message has since.</summary>
    public required MessageStatus Status { get; init; }

    /// <summary>Why.</summary>
    public StatusReason? Reason { get; init; }

    /// <summary>The attempt that it is about; null when it is about none.</summary>
    public int? Attempt { get; init; }

    /// <summary>Who caused it.</summary>
    public required TimelineSource Source { get; init; }

    /// <summary>What a caller gave as the reason, in the caller's own words; null when there is none.</summary>
    public string? Note { get; init; }
}
