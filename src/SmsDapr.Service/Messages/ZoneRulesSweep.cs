using Grpc.Core;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Messages;

/// <summary>
/// New rules of a time zone come with a new build of the service. The first start with newer rules than the store has seen holds every
/// waiting wall-clock message to them: a message whose time is earlier now must not wait for the old one. Dies anywhere without harm,
/// and two replicas may do it at once; an older build leaves alone what a newer one has done.
/// </summary>
internal sealed partial class ZoneRulesSweep(
    IDocumentStore documents,
    MessageIndex index,
    UserMessages userMessages,
    MessageChangesByCaller changes,
    IUserDirectory users,
    IClock clock,
    BackgroundWork work,
    ILogger<ZoneRulesSweep> logger) : BackgroundService
{
    private const string Key = "zone-rules";

    private static readonly string Version = TzdbDateTimeZoneSource.Default.TzdbVersion;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!await TrySweepAsync(stoppingToken))
                await Task.Delay(Pause, TimeProvider.System, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends; the next start goes on.
        }
    }

    /// <summary>False while the sidecar does not answer. Whatever else fails is no reason for the service to end: each message is held to the rules again when it is due.</summary>
    private async Task<bool> TrySweepAsync(CancellationToken cancellation)
    {
        using var unit = work.Begin();
        try
        {
            if (await documents.FindAsync<ZoneRules>(Key, cancellation) is { Value.Tzdb: var seen } && string.CompareOrdinal(seen, Version) >= 0)
                return true;

            var moved = await SweepAsync(cancellation);
            await documents.UpdateAsync<ZoneRules>(
                Key, current => string.CompareOrdinal(current?.Tzdb, Version) < 0 ? new ZoneRules(Version) : null, cancellation);
            LogSwept(logger, Version, moved);
            return true;
        }
        catch (Exception e) when (e is SidecarUnavailableException or RpcException)
        {
            LogNotYet(logger, e is RpcException rpc ? $"The sidecar answered {rpc.StatusCode}." : e.Message);
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogGivenUp(logger, e);
            return true;
        }
    }

    private async Task<int> SweepAsync(CancellationToken cancellation)
    {
        var moved = 0;
        var today = MessageIndex.DayOf(clock.GetCurrentInstant());
        foreach (var day in (await index.AllDaysAsync(cancellation)).Where(day => day >= today))
        {
            foreach (var userId in await index.UsersAsync(day, cancellation))
                moved += await SweepAsync(userId, day, cancellation);
        }

        return moved;
    }

    private async Task<int> SweepAsync(string userId, LocalDate day, CancellationToken cancellation)
    {
        var waiting = (await userMessages.OnDayAsync(userId, day, cancellation))
            .Where(message => message is { Status: MessageStatus.Scheduled, SendAtLocal: not null })
            .ToList();
        if (waiting.Count == 0)
            return 0;

        var moved = 0;
        var zone = (await users.FindAsync(userId, cancellation)).Zone;
        foreach (var message in waiting)
            moved += await changes.KeepWallClockAsync(message, zone, TimelineSource.Reconciler, cancellation) ? 1 : 0;
        return moved;
    }

    /// <summary>The newest rules that every waiting message was held to.</summary>
    private sealed record ZoneRules(string Tzdb);

    [LoggerMessage(2007, LogLevel.Information, "Waiting messages follow the time zone rules of {Version}: {Moved} moved")]
    private static partial void LogSwept(ILogger logger, string version, int moved);

    [LoggerMessage(2006, LogLevel.Error, "Waiting messages could not be held to the time zone rules; the next start tries again")]
    private static partial void LogGivenUp(ILogger logger, Exception failure);

    [LoggerMessage(2005, LogLevel.Information, "Waiting messages can't be held to the time zone rules yet, tried again in a moment: {Failure}")]
    private static partial void LogNotYet(ILogger logger, string failure);
}
