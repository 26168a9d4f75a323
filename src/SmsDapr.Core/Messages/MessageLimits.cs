using NodaTime;

namespace SmsDapr.Core.Messages;

/// <summary>Bounds of a message's fields.</summary>
public static class MessageLimits
{
    /// <summary>The longest text, in UTF-16 units; Twilio refuses longer ones with 21617.</summary>
    public const int MaxBodyLength = 1600;

    /// <summary>The most timeline entries that a document keeps; the oldest published ones after the first give way.</summary>
    public const int MaxTimelineEntries = 200;

    /// <summary>How far in the past a send time may lie and still mean «now».</summary>
    public static readonly Duration PastTolerance = Duration.FromMinutes(1);

    /// <summary>How far ahead a send time may lie: what lies further is a mistake, and timers end somewhere.</summary>
    public static readonly Duration LongestAhead = Duration.FromDays(36_525);

    /// <summary>Whether a send time is too far in the past to be accepted.</summary>
    public static bool IsPast(Instant sendAt, Instant now) => sendAt < now - PastTolerance;

    /// <summary>Whether a send time is too far ahead to be accepted.</summary>
    public static bool IsTooFarAhead(Instant sendAt, Instant now) => sendAt > now + LongestAhead;
}
