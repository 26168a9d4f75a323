using NodaTime;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Planning;

namespace SmsDapr.Service.Calendar;

/// <summary>Does for one user's calendar whatever is due: channel, sync, the plan of a new day, or the end of the connection. Under a lease, and idempotent all the same.</summary>
internal sealed partial class CalendarFollower(
    CalendarConnections connections,
    CalendarChannels channels,
    CalendarSync sync,
    CalendarDisconnection disconnection,
    CalendarEvents events,
    DayPlanner planner,
    IClock clock,
    ILogger<CalendarFollower> logger)
{
    /// <summary>How long events are remembered after their day, so that one that is moved back ahead is still known to have had its reminder.</summary>
    private static readonly Period Remembered = Period.FromDays(30);

    /// <summary>When to come back; null when there is no need before the next cron job.</summary>
    public async Task<Instant?> FollowAsync(string userId, CancellationToken cancellation)
    {
        var known = await connections.FindAsync(userId, cancellation);
        if (known is { State: ConnectionState.Disconnecting })
            await disconnection.FinishAsync(known, cancellation);
        if (known is not { IsConnected: true } || !IsDue(known, clock.GetCurrentInstant()))
            return null;

        var (leased, isMine) = await connections.LeaseAsync(userId, cancellation);
        if (!isMine)
            return leased?.LeasedUntil;
        try
        {
            return await FollowAsync(leased!, cancellation);
        }
        finally
        {
            await connections.ReleaseAsync(leased!, CancellationToken.None);
        }
    }

    public static bool IsDue(CalendarConnection connection, Instant now) =>
        !connection.IsConnected || connection.WantsSync(now) || connection.WantsChannel(now) || connection.WantsPlan(now) || connection.Retired.Count > 0;

    private async Task<Instant?> FollowAsync(CalendarConnection leased, CancellationToken cancellation)
    {
        CalendarConnection? latest = leased;
        if (latest.Retired.Count > 0)
            latest = await channels.CloseRetiredAsync(latest, cancellation);
        // The channel first: what changes while the sync lists is pushed.
        if (latest.WantsChannel(clock.GetCurrentInstant()))
            latest = await OpenChannelAsync(latest, cancellation);
        if (latest is not null && latest.WantsSync(clock.GetCurrentInstant()))
            latest = await sync.RunAsync(latest, cancellation);
        if (latest is not null && latest.WantsPlan(clock.GetCurrentInstant()))
            latest = await PlanAsync(latest, cancellation);
        return latest is { Failures: > 0, PollAt: { } retryAt } ? retryAt : null;
    }

    /// <summary>Without a channel the calendar is polled. Why it could not be opened is for the sync to find out: what matters concerns that too.</summary>
    private async Task<CalendarConnection?> OpenChannelAsync(CalendarConnection leased, CancellationToken cancellation)
    {
        try
        {
            return await channels.OpenAsync(leased, cancellation);
        }
        catch (Exception e) when (e is CalendarUnavailableException or CalendarRefusedException)
        {
            LogNoChannel(logger, leased.UserId, (e as CalendarRefusedException)?.Problem ?? "unavailable");
            var now = clock.GetCurrentInstant();
            return await connections.UpdateRoundAsync(leased, current => current with { ChannelFailedAt = now }, cancellation);
        }
    }

    private async Task<CalendarConnection?> PlanAsync(CalendarConnection leased, CancellationToken cancellation)
    {
        await planner.PlanAsync(leased, date: null, isDryRun: false, cancellation);
        var cleared = await ClearAsync(leased, cancellation);
        var next = await planner.NextDayAsync(leased.UserId, cancellation);
        return await connections.UpdateRoundAsync(leased, current => current with { PlanAt = next, ClearedUntil = cleared }, cancellation);
    }

    private async Task<LocalDate> ClearAsync(CalendarConnection leased, CancellationToken cancellation)
    {
        var until = clock.GetCurrentInstant().InUtc().Date - Remembered;
        for (var day = leased.ClearedUntil ?? until; day < until; day = day.PlusDays(1))
            await events.ClearAsync(leased.UserId, day, cancellation);
        return until;
    }

    [LoggerMessage(5050, LogLevel.Warning, "The calendar of {UserId} could not be watched ({Problem}); it is polled until that succeeds")]
    private static partial void LogNoChannel(ILogger logger, string userId, string problem);
}
