using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Events;

namespace SmsDapr.Simulators.GoogleCalendar.Storage;

/// <summary>Whether whoever holds a token may read a calendar.</summary>
internal enum CalendarAccess
{
    Granted,

    /// <summary>403 <c>forbidden</c>.</summary>
    Forbidden,

    /// <summary>404 <c>notFound</c>, as for a calendar that was deleted or is not shared any more.</summary>
    Gone,
}

/// <summary>One calendar. Everything that changes it raises its revision by one.</summary>
internal sealed class StoredCalendar(string id)
{
    /// <summary>How far an open-ended series is expanded when a list names no end.</summary>
    private static readonly Duration Horizon = Duration.FromDays(730);

    /// <summary>How long a deleted event is still answered, as cancelled.</summary>
    private static readonly Duration KeptDeleted = Duration.FromDays(30);

    private readonly SortedDictionary<string, StoredEvent> _events = new(StringComparer.Ordinal);

    public string Id { get; } = id;

    public string Summary { get; private set; } = "";

    public string TimeZone { get; private set; } = "UTC";

    public CalendarAccess Access { get; private set; }

    /// <summary>Sync tokens of an earlier generation have expired.</summary>
    public int TokenGeneration { get; private set; }

    public long Revision { get; private set; }

    public DateTimeOffset? ChangedAt { get; private set; }

    public IEnumerable<StoredEvent> Events => _events.Values;

    public void Apply(CalendarEntry entry)
    {
        switch (entry)
        {
            case CalendarSaved saved:
                (Summary, TimeZone, Access) = (saved.Summary, saved.TimeZone, saved.Access);
                break;
            case EventSaved saved:
                if (!_events.TryGetValue(saved.EventId, out var stored))
                    _events[saved.EventId] = stored = new StoredEvent(saved.EventId);
                stored.Save(new EventVersion(++Revision, saved.Details, saved.Deleted, saved.At));
                ChangedAt = saved.At;
                break;
            case InstanceSaved saved:
                _events[saved.SeriesId].Save(
                    saved.InstanceId, new InstanceChange(saved.OriginalStart, saved.Details, saved.Cancelled, ++Revision, saved.At));
                ChangedAt = saved.At;
                break;
            case SyncTokensExpired:
                TokenGeneration++;
                break;
            default:
                throw new InvalidOperationException($"{entry.GetType().Name} is no change of a calendar.");
        }
    }

    public StoredEvent? Find(string eventId) => _events.GetValueOrDefault(eventId);

    /// <summary>The series that an occurrence belongs to.</summary>
    public StoredEvent? SeriesOf(string instanceId) =>
        instanceId.LastIndexOf('_') is var at and > 0 && Find(instanceId[..at]) is { IsSeries: true } series ? series : null;

    /// <summary>An event, a series or an occurrence; null when there is none or it was deleted long ago.</summary>
    public EventItem? FindItem(string id, Instant now)
    {
        var stored = Find(id);
        return Kept(stored ?? SeriesOf(id), now) ? stored?.ToItem() ?? SeriesOf(id)!.FindInstance(id, TimeZone) : null;
    }

    /// <summary>Everything in a window, by id. Without <paramref name="singleEvents"/> a series is one item, beside its changed occurrences.</summary>
    public IEnumerable<EventItem> Items(bool singleEvents, bool showDeleted, Instant? from, Instant? to, Instant now) =>
        Events.Where(stored => Kept(stored, now))
            .SelectMany(stored => stored.IsSeries ? ItemsOf(stored, singleEvents, to ?? now + Horizon) : [stored.ToItem()])
            .Where(item => (showDeleted || !item.Cancelled || (!singleEvents && item.SeriesId is not null)) && (IsSeries(item) || InWindow(item, from, to)));

    /// <summary>What changed since a revision, wherever it lies now; occurrences only up to <paramref name="to"/>.</summary>
    public IEnumerable<EventItem> Changes(bool singleEvents, long since, Instant to, Instant now) =>
        Events.Where(stored => Kept(stored, now)).SelectMany(stored => stored switch
        {
            { IsSeries: true } when singleEvents => stored.ChangedInstances(since, TimeZone, to),
            { IsSeries: true } => ItemsOf(stored, singleEvents: false, to).Where(item => item.Revision > since),
            _ => stored.Current.Revision > since ? [stored.ToItem()] : [],
        });

    public static Instant DefaultEnd(Instant now) => now + Horizon;

    private IEnumerable<EventItem> ItemsOf(StoredEvent series, bool singleEvents, Instant to) => singleEvents
        ? series.Instances(TimeZone, to)
        : series.Changes.Keys.Select(id => series.FindInstance(id, TimeZone)!).Prepend(series.ToItem());

    private bool InWindow(EventItem item, Instant? from, Instant? to) =>
        (from is null || item.Details.End.ToInstant(TimeZone) > from) && (to is null || item.Details.Start.ToInstant(TimeZone) < to);

    private static bool IsSeries(EventItem item) => item.Details.Recurrence is not null;

    private static bool Kept(StoredEvent? stored, Instant now) =>
        stored is { Current: var current } && (!current.Deleted || Instant.FromDateTimeOffset(current.At) + KeptDeleted > now);
}
