using System.Globalization;
using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Tests.Calendar;

/// <summary>Calendars whose changes are numbered: a sync token is the number of the last change that was given out.</summary>
internal sealed class CalendarInMemory : ICalendarSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedDictionary<long, CalendarChange>> _changes = new(StringComparer.Ordinal);
    private long _number;

    public int PageSize { get; set; } = 100;

    public long OldestToken { get; set; }

    public int Lists { get; private set; }

    public int Finds { get; private set; }

    public List<WatchChannel> Channels { get; } = [];

    public List<string> Stopped { get; } = [];

    /// <summary>Thrown by the next calls; null ends that.</summary>
    public Func<Exception?> Failure { get; set; } = () => null;

    /// <summary>Runs before a page is given out.</summary>
    public Func<CalendarCursor, Task> OnList { get; set; } = _ => Task.CompletedTask;

    public TimeSpan ChannelLife { get; set; } = TimeSpan.FromDays(7);

    public Func<Instant> Now { get; set; } = () => Instant.MinValue;

    public bool Holds(string calendarId) => !calendarId.StartsWith("bad", StringComparison.Ordinal);

    public void Put(CalendarEntry entry) => Change(entry.CalendarId, new CalendarChange(entry.Id, entry));

    public void Delete(CalendarEntry entry) => Change(entry.CalendarId, new CalendarChange(entry.Id, null));

    public async Task<CalendarPage> ListAsync(CalendarAddress calendar, CalendarCursor cursor, CancellationToken cancellation)
    {
        await OnList(cursor);
        lock (_gate)
        {
            Lists++;
            if (Failure() is { } failure)
                throw failure;
            var from = cursor.SyncToken is { } token ? long.Parse(token, CultureInfo.InvariantCulture) : -1;
            if (from >= 0 && from < OldestToken)
                throw new SyncTokenExpiredException();
            var after = cursor.PageToken is { } page ? long.Parse(page, CultureInfo.InvariantCulture) : from;
            var all = Changes(calendar.CalendarId)
                .Where(change => change.Key > after)
                .Where(change => from >= 0 || (change.Value.Entry is { } entry && Overlaps(entry, cursor)))
                .ToList();
            var some = all.Take(PageSize).ToList();
            var changes = some.Select(change => change.Value).ToList();
            return all.Count > PageSize
                ? new CalendarPage(changes, some[^1].Key.ToString(CultureInfo.InvariantCulture), null)
                : new CalendarPage(changes, null, _number.ToString(CultureInfo.InvariantCulture));
        }
    }

    public Task<CalendarEntry?> FindAsync(CalendarAddress calendar, string eventId, CancellationToken cancellation)
    {
        lock (_gate)
        {
            Finds++;
            if (Failure() is { } failure)
                throw failure;
            return Task.FromResult(Changes(calendar.CalendarId).Values.LastOrDefault(change => change.EventId == eventId)?.Entry);
        }
    }

    public Task<WatchChannel?> WatchAsync(CalendarAddress calendar, string channelId, string token, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (Failure() is { } failure)
                throw failure;
            var channel = new WatchChannel(channelId, $"resource-of-{calendar.CalendarId}", token, Now() + Duration.FromTimeSpan(ChannelLife));
            Channels.Add(channel);
            return Task.FromResult<WatchChannel?>(channel);
        }
    }

    public Task StopAsync(CalendarAddress calendar, WatchChannel channel, CancellationToken cancellation)
    {
        lock (_gate)
            Stopped.Add(channel.Id);
        return Task.CompletedTask;
    }

    private void Change(string calendarId, CalendarChange change)
    {
        lock (_gate)
        {
            var changes = Changes(calendarId);
            foreach (var (number, earlier) in changes.ToList())
            {
                if (earlier.EventId == change.EventId)
                    changes.Remove(number);
            }

            changes[++_number] = change;
        }
    }

    private SortedDictionary<long, CalendarChange> Changes(string calendarId)
    {
        if (!_changes.TryGetValue(calendarId, out var changes))
            _changes[calendarId] = changes = [];
        return changes;
    }

    private static bool Overlaps(CalendarEntry entry, CalendarCursor cursor) =>
        entry.Start is not { } start || (entry.End > cursor.From && start < cursor.To);
}
