using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Planning;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Calendar;

/// <summary>
/// Takes over what changed in a calendar. Every page is stored and its reminders are brought in line before the next one is asked for, and the sync token is
/// kept last: whatever dies in between, the same changes come again, and doing all of it twice changes nothing.
/// </summary>
internal sealed partial class CalendarSync(
    CalendarConnections connections,
    CalendarEvents events,
    CalendarSources sources,
    EventReminders reminders,
    IUserDirectory users,
    IClock clock,
    ILogger<CalendarSync> logger)
{
    private const int ParallelEvents = 8;

    /// <summary>The connection after the round, also after one that failed; null when another process took over.</summary>
    public async Task<CalendarConnection?> RunAsync(CalendarConnection leased, CancellationToken cancellation)
    {
        try
        {
            try
            {
                return await RoundAsync(leased, leased.NeedsFullRound(clock.GetCurrentInstant()), cancellation);
            }
            catch (SyncTokenExpiredException)
            {
                LogTokenExpired(logger, leased.UserId);
                return await RoundAsync(leased, isFull: true, cancellation);
            }
        }
        catch (SyncTokenExpiredException)
        {
            return await FailAsync(leased, retryAfter: null, cancellation);
        }
        catch (CalendarUnavailableException unavailable)
        {
            return await FailAsync(leased, unavailable.RetryAfter, cancellation);
        }
        catch (CalendarRefusedException refused)
        {
            return await RefuseAsync(leased, refused, cancellation);
        }
    }

    /// <summary>Somebody has to act; what was known of the calendar stands until then.</summary>
    private Task<CalendarConnection?> RefuseAsync(CalendarConnection leased, CalendarRefusedException refused, CancellationToken cancellation)
    {
        LogRefused(logger, leased.UserId, refused.Problem);
        return connections.UpdateRoundAsync(leased, current => current.Refused(refused.Problem, clock.GetCurrentInstant()), cancellation);
    }

    private Task<CalendarConnection?> FailAsync(CalendarConnection leased, TimeSpan? retryAfter, CancellationToken cancellation)
    {
        LogUnavailable(logger, leased.UserId, leased.Failures + 1);
        return connections.UpdateRoundAsync(leased, current => current.Unavailable(retryAfter, clock.GetCurrentInstant()), cancellation);
    }

    private async Task<CalendarConnection?> RoundAsync(CalendarConnection leased, bool isFull, CancellationToken cancellation)
    {
        var source = sources.For(leased.CalendarId);
        var window = ConnectionLife.Window(clock.GetCurrentInstant());
        var knownUntil = isFull ? window.To : leased.KnownUntil!.Value;
        var cursor = new CalendarCursor(isFull ? null : leased.SyncToken, null, window.From, window.To);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var page = await source.ListAsync(leased.Address, cursor, cancellation);
            await TakeAsync(leased, page.Changes, window.From, knownUntil, cancellation);
            seen.UnionWith(page.Changes.Select(change => change.EventId));
            if (page.PageToken is { } next)
            {
                if (await connections.UpdateRoundAsync(leased, current => current, cancellation) is null)
                    return null;
                cursor = cursor with { PageToken = next };
                continue;
            }

            if (isFull)
                await TakeMissingAsync(leased, source, window, seen, cancellation);
            var now = clock.GetCurrentInstant();
            return await connections.UpdateRoundAsync(leased, current => current.Synced(leased.Requested, page.SyncToken, knownUntil, now), cancellation);
        }
    }

    /// <summary>What a full round did not bring is gone. An event with messages is asked for by name first: it may only have left the window.</summary>
    private async Task TakeMissingAsync(
        CalendarConnection leased, ICalendarSource source, (Instant From, Instant To) window, HashSet<string> seen, CancellationToken cancellation)
    {
        var first = window.From.InUtc().Date;
        var days = Enumerable.Range(0, Period.DaysBetween(first, window.To.InUtc().Date) + 1).Select(first.PlusDays);
        var missing = (await events.OnDaysAsync(leased.UserId, days, cancellation))
            .Select(document => document.Value)
            .Where(stored => stored.Track.CalendarId == leased.CalendarId
                && stored.Track.Entry is { } entry
                && !seen.Contains(entry.Id)
                && Overlaps(entry, window.From, window.To))
            .ToList();
        var changes = new List<CalendarChange>();
        foreach (var stored in missing)
        {
            var id = stored.Track.EventId;
            changes.Add(new CalendarChange(id, stored.HasMessages ? await source.FindAsync(leased.Address, id, cancellation) : null));
        }

        await TakeAsync(leased, changes, window.From, window.To, cancellation);
    }

    private async Task TakeAsync(
        CalendarConnection leased, IReadOnlyList<CalendarChange> changes, Instant from, Instant until, CancellationToken cancellation)
    {
        var known = (await events.FindManyAsync(leased.UserId, leased.CalendarId, changes.Select(change => change.EventId), cancellation))
            .ToDictionary(document => document.Value.Track.EventId, document => document.Value, StringComparer.Ordinal);
        var wanted = changes
            .Where(change => known.TryGetValue(change.EventId, out var stored)
                ? true
                : change.Entry is { } entry && Overlaps(entry, from, until))
            .ToList();
        if (wanted.Count == 0)
            return;

        await events.ListAsync(
            leased.UserId,
            wanted.Select(change => change.Entry).OfType<CalendarEntry>().Where(entry => known.GetValueOrDefault(entry.Id)?.Day != CalendarEvents.DayOf(entry)),
            cancellation);
        var context = reminders.Today(await users.FindAsync(leased.UserId, cancellation));
        await Parallel.ForEachAsync(
            wanted,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelEvents, CancellationToken = cancellation },
            async (change, ended) => await TakeAsync(leased, change, context, ended));
    }

    private async Task TakeAsync(CalendarConnection leased, CalendarChange change, PlanningContext context, CancellationToken cancellation)
    {
        var stored = await events.UpdateAsync(
            leased.UserId,
            leased.CalendarId,
            change.EventId,
            current => current is null && change.Entry is { } created
                ? StoredEvent.Seen(null, leased.UserId, created, leased.Round)
                : current?.Seen(change.Entry, leased.Round),
            cancellation);

        // Also when nothing was new: the process may have died between storing the event and what follows from it.
        if (stored is not null)
            await reminders.BringInLineAsync(stored, etag: null, context, cancellation);
        if (stored is { Track.Entry: null, HasMessages: false })
            await events.DeleteAsync(stored, cancellation);
    }

    private static bool Overlaps(CalendarEntry entry, Instant from, Instant until)
    {
        // A day more on either side for events that last all day: which instants they cover depends on who looks.
        var start = entry.Start ?? entry.StartDate!.Value.PlusDays(-1).AtMidnight().InUtc().ToInstant();
        var end = entry.End ?? entry.EndDate?.PlusDays(1).AtMidnight().InUtc().ToInstant() ?? start;
        return Instant.Max(start, end) > from && start < until;
    }

    [LoggerMessage(5010, LogLevel.Information, "The sync token of the calendar of {UserId} has expired; everything is listed once")]
    private static partial void LogTokenExpired(ILogger logger, string userId);

    [LoggerMessage(5011, LogLevel.Warning, "The calendar of {UserId} is refused ({Problem}): somebody has to act; what is known of it stands")]
    private static partial void LogRefused(ILogger logger, string userId, string problem);

    [LoggerMessage(5012, LogLevel.Warning, "The calendar of {UserId} does not answer, {Failures} times in a row now; what is known of it stands")]
    private static partial void LogUnavailable(ILogger logger, string userId, int failures);
}
