using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Pushes;
using SmsDapr.Simulators.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Storage;

/// <summary>Everything that the simulated calendars hold. Changes go through journal entries, one at a time.</summary>
internal sealed class CalendarState : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Journal<CalendarEntry>? _journal;
    private readonly SortedDictionary<string, StoredCalendar> _calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _channelIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, Push> _owed = [];
    private readonly HashSet<string> _revoked = new(StringComparer.Ordinal);
    private long _lastPush;

    public CalendarState(SimulatorOptions options)
    {
        if (options.DataDirectory is not null)
        {
            _journal = new Journal<CalendarEntry>(options.DataDirectory, "google-calendar");
            foreach (var entry in _journal.Load())
                Apply(entry);
        }

        if (!_calendars.ContainsKey(options.CalendarId))
            Commit([new CalendarSaved(options.CalendarId, "Demo", options.CalendarTimeZone, CalendarAccess.Granted)]);
    }

    /// <summary>Reads a calendar while nothing changes; null when there is none.</summary>
    public T? Read<T>(string calendarId, Func<StoredCalendar, T?> read)
        where T : class
    {
        lock (_gate)
            return _calendars.TryGetValue(calendarId, out var calendar) ? read(calendar) : null;
    }

    public IReadOnlyList<T> Read<T>(Func<StoredCalendar, T> read)
    {
        lock (_gate)
            return [.. _calendars.Values.Select(read)];
    }

    /// <summary>
    /// Decides on a change while nothing else changes, and stores it in one piece together with the pushes that it causes, so that a killed
    /// process owes them still. Gives the pushes; null when there was nothing to change.
    /// </summary>
    public IReadOnlyList<Push>? Change(string calendarId, Func<StoredCalendar?, IReadOnlyList<CalendarEntry>?> decide, Func<Channel, IReadOnlyList<Push>> announce)
    {
        lock (_gate)
        {
            if (decide(_calendars.GetValueOrDefault(calendarId)) is not { Count: > 0 } entries)
                return null;
            var pushes = _channels.Values.Where(channel => channel.CalendarId == calendarId).SelectMany(announce)
                .Select(push => push with { Id = ++_lastPush }).ToList();
            Commit([.. entries, .. pushes.Select(push => new PushOwed(push))]);
            return pushes;
        }
    }

    /// <summary>False when the id was used before; it stays used for good.</summary>
    public bool Open(Channel channel)
    {
        lock (_gate)
        {
            if (_channelIds.Contains(channel.Id))
                return false;
            Commit([new ChannelOpened(channel)]);
            return true;
        }
    }

    public Push Owe(Push push)
    {
        lock (_gate)
        {
            push = push with { Id = ++_lastPush };
            Commit([new PushOwed(push)]);
            return push;
        }
    }

    /// <summary>The number of the channel's next message.</summary>
    public long NextNumber(string channelId, int skipped)
    {
        lock (_gate)
            return _numbers[channelId] = _numbers.GetValueOrDefault(channelId) + 1 + skipped;
    }

    public void Settle(long pushId) => Commit([new PushSettled(pushId)]);

    /// <summary>The channel while it is open; null after it was closed or has expired.</summary>
    public Channel? FindChannel(string channelId, Instant now)
    {
        lock (_gate)
            return _channels.TryGetValue(channelId, out var channel) && Instant.FromDateTimeOffset(channel.ExpiresAt) > now ? channel : null;
    }

    public IReadOnlyList<Channel> Channels(Instant now)
    {
        lock (_gate)
            return [.. _channels.Values.Where(channel => Instant.FromDateTimeOffset(channel.ExpiresAt) > now)];
    }

    public void Close(string channelId) => Commit([new ChannelClosed(channelId)]);

    public IReadOnlyList<Push> Owed()
    {
        lock (_gate)
            return [.. _owed.Values];
    }

    public bool IsRevoked(string consent)
    {
        lock (_gate)
            return _revoked.Contains(consent);
    }

    public void SetConsent(string consent, bool revoked) => Commit([new ConsentChanged(consent, revoked)]);

    public void Dispose() => _journal?.Dispose();

    private void Commit(ReadOnlySpan<CalendarEntry> entries)
    {
        lock (_gate)
        {
            _journal?.Append(entries);
            foreach (var entry in entries)
                Apply(entry);
        }
    }

    private void Apply(CalendarEntry entry)
    {
        switch (entry)
        {
            case ChannelOpened { Channel: var channel }:
                _channels[channel.Id] = channel;
                _channelIds.Add(channel.Id);
                break;
            case ChannelClosed closed:
                _channels.Remove(closed.ChannelId);
                break;
            case PushOwed { Push: var push }:
                _owed[push.Id] = push;
                _lastPush = Math.Max(_lastPush, push.Id);
                _numbers[push.ChannelId] = Math.Max(_numbers.GetValueOrDefault(push.ChannelId), push.Number);
                break;
            case PushSettled settled:
                _owed.Remove(settled.PushId);
                break;
            case ConsentChanged consent when consent.Revoked:
                _revoked.Add(consent.Consent);
                break;
            case ConsentChanged consent:
                _revoked.Remove(consent.Consent);
                break;
            default:
                Calendar(entry).Apply(entry);
                break;
        }
    }

    private StoredCalendar Calendar(CalendarEntry entry)
    {
        var id = entry switch
        {
            CalendarSaved saved => saved.CalendarId,
            EventSaved saved => saved.CalendarId,
            InstanceSaved saved => saved.CalendarId,
            SyncTokensExpired expired => expired.CalendarId,
            _ => throw new InvalidOperationException($"{entry.GetType().Name} belongs to no calendar."),
        };
        if (!_calendars.TryGetValue(id, out var calendar))
            _calendars[id] = calendar = new StoredCalendar(id);
        return calendar;
    }
}
