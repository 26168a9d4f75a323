using NodaTime;

namespace SmsDapr.Core.Messages;

/// <summary>Keeps time and timeline of a message in order.</summary>
internal static class Timeline
{
    /// <summary>A time that never lies before the last change: clocks of replicas differ, records must not go back.</summary>
    public static Instant NotBefore(this Message message, Instant now) => Instant.Max(now, message.UpdatedAt);

    public static Message Touched(this Message message, Instant at) => message with { UpdatedAt = at };

    /// <summary>Appends an entry for the status and reason that the message now has.</summary>
    public static Message Noted(this Message message, Instant at, TimelineSource source, int? attempt = null, string? note = null)
    {
        var entry = new TimelineEntry
        {
            Sequence = message.Timeline.Count == 0 ? 1 : message.Timeline[^1].Sequence + 1,
            At = at,
            Status = message.Status,
            Reason = message.StatusReason,
            Attempt = attempt,
            Source = source,
            Note = note,
        };
        return message with { UpdatedAt = at, Timeline = [.. Bounded(message), entry] };
    }

    private static IEnumerable<TimelineEntry> Bounded(Message message)
    {
        var entries = message.Timeline;
        var full = entries.Count >= MessageLimits.MaxTimelineEntries && entries[1].Sequence <= message.PublishedSequence;
        return full ? entries.Where((_, index) => index != 1) : entries;
    }
}
