using System.Text.Json.Serialization;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting.Auth;

namespace SmsDapr.Service.Messages;

/// <summary>A message as callers see it.</summary>
public sealed record MessageView
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required MessageType Type { get; init; }

    public required MessageStatus Status { get; init; }

    public required StatusReason? StatusReason { get; init; }

    public required string Body { get; init; }

    public required BodySource BodySource { get; init; }

    public required string? LlmModel { get; init; }

    public required decimal? GenerationCostUsd { get; init; }

    public required Instant SendAt { get; init; }

    public required string TimeZone { get; init; }

    public required CalendarEvent? Event { get; init; }

    public required int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public required Instant? NextAttemptAt { get; init; }

    public required string? LastError { get; init; }

    public required bool DeliveryUnconfirmed { get; init; }

    public required Instant CreatedAt { get; init; }

    public required Instant UpdatedAt { get; init; }

    public required Instant? SentAt { get; init; }

    public required Instant? DeliveredAt { get; init; }

    public required Instant? FailedAt { get; init; }

    public required Instant? CancelledAt { get; init; }

    public required string SmsMessageId { get; init; }

    public required string? TwilioSid { get; init; }

    public required SmsView Sms { get; init; }

    /// <summary>Left out of list rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<TimelineView>? Timeline { get; init; }

    /// <summary>The whole message.</summary>
    internal static MessageView Of(Message message, Caller caller) => Of(message, caller, whole: true);

    /// <summary>A row of a list: without attempts and timeline.</summary>
    internal static MessageView RowOf(Message message, Caller caller) => Of(message, caller, whole: false);

    private static MessageView Of(Message message, Caller caller, bool whole) => new()
    {
        Id = message.Id,
        UserId = message.UserId,
        Type = message.Type,
        Status = message.Status,
        StatusReason = message.StatusReason,
        Body = message.Body,
        BodySource = message.BodySource,
        LlmModel = message.LlmModel,
        GenerationCostUsd = message.GenerationCostUsd,
        SendAt = message.SendAt,
        TimeZone = message.TimeZone,
        Event = message.Event is { } its ? its with { CalendarId = CalendarIds.Shown(its.CalendarId) } : null,
        Attempts = message.Attempts,
        MaxAttempts = message.MaxAttempts,
        NextAttemptAt = message.NextAttemptAt,
        LastError = message.LastError,
        DeliveryUnconfirmed = message.DeliveryUnconfirmed,
        CreatedAt = message.CreatedAt,
        UpdatedAt = message.UpdatedAt,
        SentAt = message.SentAt,
        DeliveredAt = message.DeliveredAt,
        FailedAt = message.FailedAt,
        CancelledAt = message.CancelledAt,
        SmsMessageId = message.SmsMessageId,
        TwilioSid = message.TwilioSid,
        Sms = SmsView.Of(message.Sms, caller, whole),
        Timeline = whole ? [.. message.Timeline.Select(TimelineView.Of)] : null,
    };
}

/// <summary>The send record of a message.</summary>
public sealed record SmsView
{
    public required string Id { get; init; }

    public required string ScheduledSmsId { get; init; }

    /// <summary>E.164; masked for a caller of role user.</summary>
    public required string? To { get; init; }

    public required SmsStatus Status { get; init; }

    public required string? TwilioSid { get; init; }

    public required int? ErrorCode { get; init; }

    public required string? ErrorMessage { get; init; }

    public required ErrorCategory? ErrorCategory { get; init; }

    public required int Segments { get; init; }

    public required SmsEncoding Encoding { get; init; }

    /// <summary>Whether Twilio replaces look-alike characters; segments and encoding are those of the replaced text.</summary>
    public required bool SmartEncoding { get; init; }

    /// <summary>Left out of list rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<AttemptView>? Attempts { get; init; }

    public required Instant? QueuedAt { get; init; }

    public required Instant? SentAt { get; init; }

    public required Instant? DeliveredAt { get; init; }

    public required Instant? FailedAt { get; init; }

    internal static SmsView Of(SmsRecord sms, Caller caller, bool whole) => new()
    {
        Id = sms.Id,
        ScheduledSmsId = sms.ScheduledSmsId,
        To = sms.To is null || caller.SeesNumbers ? sms.To : PhoneNumbers.Mask(sms.To),
        Status = sms.Status,
        TwilioSid = sms.TwilioSid,
        ErrorCode = sms.ErrorCode,
        ErrorMessage = sms.ErrorMessage,
        ErrorCategory = sms.ErrorCategory,
        Segments = sms.Segments,
        Encoding = sms.Encoding,
        SmartEncoding = sms.SmartEncoding,
        Attempts = whole ? [.. sms.Attempts.Select(AttemptView.Of)] : null,
        QueuedAt = sms.QueuedAt,
        SentAt = sms.SentAt,
        DeliveredAt = sms.DeliveredAt,
        FailedAt = sms.FailedAt,
    };
}

/// <summary>
/// One create request and what became of it. <paramref name="CarrierDoneAt"/> is the carrier's own time, to the minute and without a zone; all others are ours.
/// </summary>
public sealed record AttemptView(
    int Number,
    string? TwilioSid,
    SmsStatus Status,
    int? ErrorCode,
    ErrorCategory? ErrorCategory,
    Instant RequestedAt,
    Instant? SentAt,
    Instant? DeliveredAt,
    Instant? FailedAt,
    LocalDateTime? CarrierDoneAt)
{
    internal static AttemptView Of(SendAttempt attempt) => new(
        attempt.Number,
        attempt.TwilioSid,
        attempt.Status,
        attempt.ErrorCode,
        attempt.ErrorCategory,
        attempt.RequestedAt,
        attempt.SentAt,
        attempt.DeliveredAt,
        attempt.FailedAt,
        attempt.CarrierDoneAt);
}

/// <summary>One thing that happened to a message; <paramref name="Note"/> is why the caller overrides quiet hours.</summary>
public sealed record TimelineView(Instant At, MessageStatus Status, StatusReason? Reason, int? Attempt, TimelineSource Source, string? Note)
{
    internal static TimelineView Of(TimelineEntry entry) => new(entry.At, entry.Status, entry.Reason, entry.Attempt, entry.Source, entry.Note);
}
