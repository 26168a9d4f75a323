namespace SmsDapr.Simulators.GoogleCalendar.Behaviours;

/// <summary>The calls that can be counted and made to fail.</summary>
internal enum CalendarCall
{
    Any,
    Token,
    List,
    Get,
    Instances,
    Watch,
    Stop,
    Feed,
}

/// <summary>A scripted failure.</summary>
internal sealed record CallRule
{
    public CalendarCall Call { get; init; }

    /// <summary>Null: whichever calendar.</summary>
    public string? CalendarId { get; init; }

    /// <summary>Calls that it holds for; null: until it is deleted.</summary>
    public int? Times { get; init; }

    /// <summary>Matching calls that pass before it begins to hold.</summary>
    public int Skip { get; init; }

    public CallAnswer Answer { get; init; }

    /// <summary>Status of the refusal; null with <see cref="CallAnswer.Respond"/>: only <see cref="Delay"/> holds.</summary>
    public int? Status { get; init; }

    /// <summary>Google's reason; null: the body is an HTML page, as from a front end that failed.</summary>
    public string? Reason { get; init; }

    /// <summary>Seconds in the <c>Retry-After</c> header.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Until the answer, on the simulator's clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether the call does its work although the answer does not say so.</summary>
    public bool Done { get; init; }

    public string? Problem() => this switch
    {
        { Status: < 400 or > 599 } => "status must be 400 to 599.",
        { Times: < 1 } or { Skip: < 0 } => "times must be at least 1 and skip at least 0.",
        { RetryAfter: < 0 } => "retryAfter must not be negative.",
        { Delay: var delay } when delay < TimeSpan.Zero => "delay must not be negative.",
        { Answer: CallAnswer.Respond, Status: null, Delay: var delay } when delay == TimeSpan.Zero => "status, delay or another answer is needed.",
        { Status: null, Reason: not null } => "reason needs status.",
        _ => null,
    };
}

internal enum CallAnswer
{
    Respond,

    /// <summary>The connection is cut.</summary>
    Close,

    /// <summary>Nothing ever comes.</summary>
    Hang,
}
