using NodaTime;
using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Calendar;

/// <summary>What is due for a calendar, and the changes of its connection. Pure.</summary>
internal static class ConnectionLife
{
    /// <summary>Pushes get lost, and some calendars have none.</summary>
    public static readonly Duration PollInterval = Duration.FromMinutes(15);

    private static readonly Duration LongestRefusedPause = Duration.FromHours(6);
    private static readonly Duration FirstRetry = Duration.FromSeconds(15);
    private static readonly Duration LongestRetry = Duration.FromMinutes(30);
    private static readonly Duration RenewAtLeast = Duration.FromHours(3);
    private static readonly Duration ChannelPause = Duration.FromMinutes(30);

    /// <summary>A full round asks for events up to this far ahead, and again before half of it is used up.</summary>
    private static readonly Duration Horizon = Duration.FromDays(14);

    /// <summary>Consent that was withdrawn does not come back by asking again.</summary>
    private const string ConsentWithdrawn = "invalid_grant";

    public static CalendarConnection Connect(CalendarConnection? known, string userId, string calendarId, string? refreshToken) =>
        known is { IsConnected: true } && known.CalendarId == calendarId
            ? known with
            {
                RefreshToken = refreshToken ?? known.RefreshToken,
                Problem = null,
                Failures = 0,
                PollOnly = false,
                ChannelFailedAt = null,
                Requested = known.Requested + 1,
            }
            : new CalendarConnection
            {
                UserId = userId,
                CalendarId = calendarId,
                State = ConnectionState.Connected,
                RefreshToken = refreshToken,
                Requested = (known?.Requested ?? 0) + 1,
                Done = known?.Requested ?? 0,
                Round = known?.Round ?? 0,
                Retired = known?.Retired ?? [],
            };

    public static CalendarConnection Emptied(this CalendarConnection connection) => new()
    {
        UserId = connection.UserId,
        CalendarId = "",
        State = ConnectionState.Disconnected,
        Requested = connection.Requested,
        Done = connection.Requested,
        Round = connection.Round,
    };

    public static bool WantsSync(this CalendarConnection connection, Instant now)
    {
        if (connection.Problem is not null || connection.Failures > 0)
            return connection.PollAt <= now;
        return connection.Requested > connection.Done || connection.PollAt is null || connection.PollAt <= now || connection.NeedsFullRound(now);
    }

    public static bool WantsPlan(this CalendarConnection connection, Instant now) => connection.PlanAt is null || connection.PlanAt <= now;

    public static bool WantsChannel(this CalendarConnection connection, Instant now) =>
        connection is { PollOnly: false, Problem: null }
        && (connection.Channel is null || connection.IsEnding(now))
        && (connection.ChannelFailedAt is null || connection.ChannelFailedAt + ChannelPause <= now);

    public static bool NeedsFullRound(this CalendarConnection connection, Instant now) =>
        connection.SyncToken is null || connection.KnownUntil is null || connection.KnownUntil < now + (Horizon / 2);

    /// <summary>The window of a full round that begins now. Ongoing events and those that just ended are asked for too.</summary>
    public static (Instant From, Instant To) Window(Instant now) => (now - Duration.FromDays(1), now + Horizon);

    public static CalendarConnection Synced(this CalendarConnection connection, long seen, string? syncToken, Instant knownUntil, Instant now) => connection with
    {
        SyncToken = syncToken,
        KnownUntil = knownUntil,
        Done = Math.Max(connection.Done, seen),
        Problem = null,
        Failures = 0,
        PollAt = now + PollInterval,
    };

    public static CalendarConnection Unavailable(this CalendarConnection connection, TimeSpan? retryAfter, Instant now)
    {
        var backoff = Duration.Min(FirstRetry * (1 << Math.Min(connection.Failures, 10)), LongestRetry);
        var asked = retryAfter is { } wait ? Duration.FromTimeSpan(wait) : Duration.Zero;
        return connection with { Failures = connection.Failures + 1, PollAt = now + Duration.Max(backoff, asked) };
    }

    /// <summary>The first refusal may be a slip of the source's; the more there are, the surer it is that somebody has to act.</summary>
    public static CalendarConnection Refused(this CalendarConnection connection, string problem, Instant now)
    {
        var before = connection.Problem is null ? 0 : connection.Failures;
        var pause = Duration.Min(PollInterval * (1 << Math.Min(before, 10)), LongestRefusedPause);
        return connection with { Problem = problem, Failures = before + 1, PollAt = problem == ConsentWithdrawn ? null : now + pause };
    }

    public static CalendarConnection Watched(this CalendarConnection connection, WatchChannel? channel, Instant now) => connection with
    {
        Channel = channel,
        ChannelOpenedAt = channel is null ? null : now,
        ChannelFailedAt = null,
        PollOnly = channel is null,
        Retired = connection.Channel is { } old ? [.. connection.Retired, old] : connection.Retired,
    };

    /// <summary>A quarter of its life, and never less than three hours, is left for renewing: the job runs hourly.</summary>
    private static bool IsEnding(this CalendarConnection connection, Instant now)
    {
        var ends = connection.Channel!.ExpiresAt;
        var life = ends - (connection.ChannelOpenedAt ?? now);
        return ends - now < Duration.Max(life / 4, RenewAtLeast);
    }
}
