using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Messages;

/// <summary>The send record of a message.</summary>
public sealed record SmsRecord
{
    /// <summary>The id, derived from the message's.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the message that it belongs to.</summary>
    public required string ScheduledSmsId { get; init; }

    /// <summary>The number of the newest attempt, E.164; null before the first.</summary>
    public string? To { get; init; }

    /// <summary>Where it stands.</summary>
    public required SmsStatus Status { get; init; }

    /// <summary>The provider's id of the attempt that counts.</summary>
    public string? TwilioSid { get; init; }

    /// <summary>The provider's code of the last failure.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>The provider's text of the last failure, without any phone number.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The kind of the last failure.</summary>
    public ErrorCategory? ErrorCategory { get; init; }

    /// <summary>Segments of the text.</summary>
    public required int Segments { get; init; }

    /// <summary>Encoding of the text.</summary>
    public required SmsEncoding Encoding { get; init; }

    /// <summary>Whether Twilio replaces look-alike characters, as <see cref="Segments"/> and <see cref="Encoding"/> assume.</summary>
    public bool SmartEncoding { get; init; }

    /// <summary>Every create request, oldest first.</summary>
    public required IReadOnlyList<SendAttempt> Attempts { get; init; }

    /// <summary>When the provider first accepted it.</summary>
    public Instant? QueuedAt { get; init; }

    /// <summary>When it was first passed to the carrier.</summary>
    public Instant? SentAt { get; init; }

    /// <summary>When it was delivered.</summary>
    public Instant? DeliveredAt { get; init; }

    /// <summary>When it ended failed.</summary>
    public Instant? FailedAt { get; init; }

    /// <summary>Id and status only: the number must not reach a log.</summary>
    public override string ToString() => $"sms {Id}: {Status}";
}

/// <summary>One create request and what became of it.</summary>
public sealed record SendAttempt
{
    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>The provider's id; null until it is known.</summary>
    public string? TwilioSid { get; init; }

    /// <summary>Where it stands.</summary>
    public required SmsStatus Status { get; init; }

    /// <summary>The provider's error code.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>The kind of error.</summary>
    public ErrorCategory? ErrorCategory { get; init; }

    /// <summary>When the request was made, or made again after a crash.</summary>
    public required Instant RequestedAt { get; init; }

    /// <summary>When it was passed to the carrier.</summary>
    public Instant? SentAt { get; init; }

    /// <summary>When it was delivered.</summary>
    public Instant? DeliveredAt { get; init; }

    /// <summary>When it failed.</summary>
    public Instant? FailedAt { get; init; }

    /// <summary>When the carrier was done with it, on the carrier's clock: to the minute and without a zone, so only to be shown.</summary>
    public LocalDateTime? CarrierDoneAt { get; init; }

    /// <summary>What is known of the create request. Internal.</summary>
    public CreateOutcome Outcome { get; init; }

    /// <summary>The HTTP status of an answer that was an error; null when there was no answer. Internal.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>When the call was lost, while its outcome is open. Internal.</summary>
    public Instant? LostAt { get; init; }
}
