using NodaTime;
using SmsDapr.Core.Calendar;

namespace SmsDapr.Service.Calendar.Sources;

/// <summary>A user's calendar at its provider.</summary>
/// <param name="UserId">The user.</param>
/// <param name="CalendarId">An id at Google, or the address of an iCalendar feed.</param>
/// <param name="RefreshToken">The user's consent at Google; null for a service account and for feeds.</param>
internal sealed record CalendarAddress(string UserId, string CalendarId, string? RefreshToken)
{
    /// <summary>The user only: the address of a feed and the token are secrets.</summary>
    public override string ToString() => $"calendar of {UserId}";
}

/// <summary>One change of a calendar; <paramref name="Entry"/> is null when the event is gone.</summary>
internal sealed record CalendarChange(string EventId, CalendarEntry? Entry);

/// <summary>
/// One page of changes. The last one has a <see cref="SyncToken"/> and no <see cref="PageToken"/>; a token is only to be kept once everything
/// in all pages before it is stored.
/// </summary>
internal sealed record CalendarPage(IReadOnlyList<CalendarChange> Changes, string? PageToken, string? SyncToken)
{
    /// <summary>IANA id of the calendar's zone, where the source says so.</summary>
    public string? TimeZone { get; init; }
}

/// <summary>
/// Where to go on: a full round begins with neither token. All pages of a round are asked for with the same cursor but for
/// <paramref name="PageToken"/>: <paramref name="SyncToken"/> and window stay.
/// </summary>
/// <param name="SyncToken">What the last round ended with; null begins a full round.</param>
/// <param name="PageToken">The next page of this round.</param>
/// <param name="From">Full rounds: events that end after this.</param>
/// <param name="To">Full rounds: events that begin before this. Later rounds may bring events outside the window.</param>
internal sealed record CalendarCursor(string? SyncToken, string? PageToken, Instant From, Instant To);

/// <summary>A channel that a source pushes through.</summary>
/// <param name="Id">Ours.</param>
/// <param name="ResourceId">The source's.</param>
/// <param name="Token">The secret that every push carries.</param>
/// <param name="ExpiresAt">When the source stops pushing by itself.</param>
internal sealed record WatchChannel(string Id, string ResourceId, string Token, Instant ExpiresAt)
{
    /// <summary>The id only: the token is a secret.</summary>
    public override string ToString() => $"channel {Id}";
}

/// <summary>
/// One kind of calendar. A source may have changes (Google) or only versions (feeds): those answer an unchanged calendar with an empty page and the
/// same token, and a changed one with <see cref="SyncTokenExpiredException"/>; the full round that must follow is served from what was just fetched,
/// so that nothing is fetched twice, and it ends with a token that is good. Every call has its own time limit and repeats by itself what is worth
/// repeating at once; it throws <see cref="CalendarUnavailableException"/> or <see cref="CalendarRefusedException"/> in the end.
/// </summary>
internal interface ICalendarSource
{
    /// <summary>Whether a calendar id is of this kind.</summary>
    bool Holds(string calendarId);

    /// <summary>The next page of changes.</summary>
    /// <exception cref="SyncTokenExpiredException">A full round is needed, after which whatever did not come back is gone.</exception>
    Task<CalendarPage> ListAsync(CalendarAddress calendar, CalendarCursor cursor, CancellationToken cancellation);

    /// <summary>The event as it is now; null when it is gone.</summary>
    Task<CalendarEntry?> FindAsync(CalendarAddress calendar, string eventId, CancellationToken cancellation);

    /// <summary>Opens a channel; null when this calendar can only be polled.</summary>
    /// <param name="calendar">The calendar.</param>
    /// <param name="channelId">Never used before.</param>
    /// <param name="token">The secret for the pushes, at most 256 characters.</param>
    /// <param name="cancellation">Ends the call; the channel may exist then.</param>
    Task<WatchChannel?> WatchAsync(CalendarAddress calendar, string channelId, string token, CancellationToken cancellation);

    /// <summary>Closes a channel; one that is unknown or expired counts as closed.</summary>
    Task StopAsync(CalendarAddress calendar, WatchChannel channel, CancellationToken cancellation);
}

/// <summary>The calendar can't be reached now; the last known state stands.</summary>
internal sealed class CalendarUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the source asked us to stay away.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The calendar stays closed until somebody acts: consent withdrawn, access lost, no such calendar.</summary>
internal sealed class CalendarRefusedException(string problem, Exception? inner = null) : Exception(problem, inner)
{
    /// <summary>What is wrong, in lower snake case: <c>invalid_grant</c>, <c>forbidden</c>, <c>not_found</c>, …</summary>
    public string Problem { get; } = problem;
}

/// <summary>The sync token is too old.</summary>
internal sealed class SyncTokenExpiredException() : Exception("The sync token has expired.");
