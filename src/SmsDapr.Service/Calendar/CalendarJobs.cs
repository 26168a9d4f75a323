using NodaTime;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Calendar;

/// <summary>Finds the calendars for which something is due. They come on every replica and may miss ticks, so they look at what is due and not at the tick.</summary>
internal sealed class CalendarJobs(CalendarDirectory directory, CalendarConnections connections, CalendarQueue queue, IClock clock)
{
    /// <summary>Calendars that only want to be polled are spread over this time, each at its own place in it.</summary>
    private const uint SpreadSeconds = 60;

    private const int ReadAtOnce = 480;

    /// <summary>New days, syncs that are owed, polling, connections that are ending.</summary>
    public async Task PlanAsync(CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        await foreach (var connection in DueAsync(now, cancellation))
        {
            if (connection is { IsConnected: true } && connection.Requested == connection.Done && !connection.WantsPlan(now))
                queue.EnqueueAt(connection.UserId, now + Duration.FromSeconds(StableHash.Of(connection.UserId) % SpreadSeconds));
            else
                _ = queue.Enqueue(connection.UserId, isUrgent: false);
        }
    }

    /// <summary>Channels that end soon.</summary>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        await foreach (var connection in DueAsync(now, cancellation))
        {
            if (connection.WantsChannel(now) || connection.Retired.Count > 0)
                _ = queue.Enqueue(connection.UserId, isUrgent: false);
        }
    }

    private async IAsyncEnumerable<CalendarConnection> DueAsync(
        Instant now, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var userIds in (await directory.AllAsync(cancellation)).Chunk(ReadAtOnce))
        {
            foreach (var connection in await connections.FindManyAsync(userIds, cancellation))
            {
                if (CalendarFollower.IsDue(connection, now))
                    yield return connection;
            }
        }
    }
}

/// <summary>Looks once when the service has started: a day may have begun, or a sync been left half done, while no process ran.</summary>
internal sealed partial class CalendarStart(
    CalendarJobs jobs, BackgroundWork work, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<CalendarStart> logger) : IHostedService
{
    private const int Tries = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>The look; completed when it is over.</summary>
    public Task Look { get; private set; } = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var unit = work.Begin();
        lifetime.ApplicationStarted.Register(() => Look = Task.Run(() => LookAsync(unit, lifetime.ApplicationStopping), CancellationToken.None));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task LookAsync(IDisposable? unit, CancellationToken stopping)
    {
        try
        {
            for (var attempt = 1; !await TryLookAsync(unit, stopping) && attempt < Tries; attempt++)
            {
                // A sidecar may start after its application. The cron job looks too, so this need not go on for ever.
                await Task.Delay(Pause, time, stopping);
                unit = work.Begin();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next start looks.
        }
    }

    private async Task<bool> TryLookAsync(IDisposable? unit, CancellationToken stopping)
    {
        using var _ = unit;
        try
        {
            await jobs.PlanAsync(stopping);
            return true;
        }
        catch (SidecarUnavailableException unavailable)
        {
            LogNotYet(logger, unavailable.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(5040, LogLevel.Debug, "Calendars can't be looked at yet ({Failure})")]
    private static partial void LogNotYet(ILogger logger, string failure);
}
