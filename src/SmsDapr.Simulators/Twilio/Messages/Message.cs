namespace SmsDapr.Simulators.Twilio.Messages;

internal enum MessageStatus
{
    Accepted,
    Scheduled,
    Queued,
    Sent,
    Delivered,
    Undelivered,
    Failed,
    Canceled,
    Receiving,
    Received,
}

internal enum MessageDirection
{
    Outbound,
    Inbound,
}

/// <summary>A message resource together with what is still to become of it.</summary>
internal sealed record Message
{
    public required string Sid { get; init; }

    public MessageDirection Direction { get; init; }

    /// <summary>Null while a Messaging Service has not picked a sender.</summary>
    public string? From { get; init; }

    public required string To { get; init; }

    public required string Body { get; init; }

    public string? MessagingServiceSid { get; init; }

    public required MessageStatus Status { get; init; }

    public required int Segments { get; init; }

    public int? ErrorCode { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Where its webhooks go, as given and with the fragment; null: nowhere.</summary>
    public string? WebhookUrl { get; init; }

    public IReadOnlyList<LifeStep> Steps { get; init; } = [];

    public int StepsTaken { get; init; }

    public LifeStep? NextStep => StepsTaken < Steps.Count ? Steps[StepsTaken] : null;

    public bool IsFinal => Status.IsFinal();
}

/// <summary>One thing that happens to a message at its time. Its receipts all start at once.</summary>
internal sealed record LifeStep
{
    public required DateTimeOffset Due { get; init; }

    /// <summary>The status that the message takes; null: it keeps the one it has.</summary>
    public MessageStatus? Status { get; init; }

    public int? ErrorCode { get; init; }

    /// <summary>The text appears on the phone.</summary>
    public bool Arrives { get; init; }

    /// <summary>Statuses to report, one webhook each; not always the status of this step.</summary>
    public IReadOnlyList<MessageStatus> Receipts { get; init; } = [];

    /// <summary>What the phone answers.</summary>
    public string? Reply { get; init; }
}

internal static class MessageStatuses
{
    private static readonly string[] Names =
        [.. Enum.GetValues<MessageStatus>().Select(status => status.ToString().ToLowerInvariant())];

    public static string Text(this MessageStatus status) => Names[(int)status];

    public static bool IsFinal(this MessageStatus status) => status is MessageStatus.Delivered
        or MessageStatus.Undelivered or MessageStatus.Failed or MessageStatus.Canceled or MessageStatus.Received;
}
