namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>What a person can edit of an event, a series or one occurrence.</summary>
internal sealed record EventDetails
{
    public string? Summary { get; init; }

    public string? Description { get; init; }

    public string? Location { get; init; }

    public required EventTime Start { get; init; }

    /// <summary>Exclusive.</summary>
    public required EventTime End { get; init; }

    /// <summary>The rule of a series, <c>RRULE:…</c>; null: a single event or one occurrence.</summary>
    public string? Recurrence { get; init; }

    /// <summary>Where it is joined.</summary>
    public string? JoinLink { get; init; }

    public string EventType { get; init; } = "default";

    /// <summary><c>confirmed</c> or <c>tentative</c>.</summary>
    public string Status { get; init; } = "confirmed";

    /// <summary>What the calendar's owner answered to the invitation; null: it is no invitation.</summary>
    public string? Response { get; init; }
}
