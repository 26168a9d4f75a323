using NodaTime;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>One occurrence that is not as its series says.</summary>
internal sealed record InstanceChange(EventTime OriginalStart, EventDetails? Details, bool Cancelled, long Revision, DateTimeOffset At);

/// <summary>How an event or a series was from a revision on.</summary>
internal sealed record EventVersion(long Revision, EventDetails Details, bool Deleted, DateTimeOffset At);

/// <summary>A single event or a series with everything that it ever was: what left a series must still be reported as cancelled.</summary>
internal sealed class StoredEvent(string id)
{
    private readonly List<EventVersion> _versions = [];
    private readonly Dictionary<string, InstanceChange> _changes = new(StringComparer.Ordinal);

    public string Id { get; } = id;

    public EventVersion Current => _versions[^1];

    public bool IsSeries => Current.Details.Recurrence is not null;

    public IReadOnlyDictionary<string, InstanceChange> Changes => _changes;

    public void Save(EventVersion version) => _versions.Add(version);

    public void Save(string instanceId, InstanceChange change) => _changes[instanceId] = change;

    public EventItem ToItem() =>
        new(Id, null, null, Current.Details, Current.Deleted, Current.Revision, _versions[0].At, Current.At);

    public string InstanceId(EventTime originalStart) => $"{Id}_{originalStart.ToKey()}";

    /// <summary>Occurrences whose place by the rule, or whose place after a move, may lie before <paramref name="until"/>.</summary>
    public IEnumerable<EventItem> Instances(string zone, Instant until)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in Occurrences.StartsOf(Current.Details, zone, until))
        {
            seen.Add(InstanceId(start));
            yield return Instance(start, inRule: true);
        }

        foreach (var (id, change) in _changes)
        {
            if (!seen.Contains(id) && InRule(Current.Details, change.OriginalStart, zone))
                yield return Instance(change.OriginalStart, inRule: true);
        }
    }

    /// <summary>Every occurrence that may differ from what it was at a revision.</summary>
    public IEnumerable<EventItem> ChangedInstances(long since, string zone, Instant until)
    {
        var starts = new Dictionary<string, EventTime>(StringComparer.Ordinal);
        if (Current.Revision > since)
        {
            var before = _versions.FindLastIndex(version => version.Revision <= since);
            foreach (var version in _versions.Skip(Math.Max(before, 0)).Where(version => version.Details.Recurrence is not null))
            {
                foreach (var start in Occurrences.StartsOf(version.Details, zone, until))
                    starts[InstanceId(start)] = start;
            }
        }

        foreach (var (id, change) in _changes)
        {
            if (change.Revision > since || Current.Revision > since)
                starts[id] = change.OriginalStart;
        }

        return starts.Values.Select(start => Instance(start, InRule(Current.Details, start, zone)));
    }

    /// <summary>The occurrence with this id; null when there never was one.</summary>
    public EventItem? FindInstance(string instanceId, string zone)
    {
        if (_changes.TryGetValue(instanceId, out var change))
            return Instance(change.OriginalStart, InRule(Current.Details, change.OriginalStart, zone));
        foreach (var version in Enumerable.Reverse(_versions).Where(version => version.Details.Recurrence is not null))
        {
            var start = Occurrences.StartsOf(version.Details, zone, Instant.MaxValue).Take(5_000).FirstOrDefault(start => InstanceId(start) == instanceId);
            if (start is not null)
                return Instance(start, InRule(Current.Details, start, zone));
        }

        return null;
    }

    private EventItem Instance(EventTime start, bool inRule)
    {
        var change = _changes.GetValueOrDefault(InstanceId(start));
        var cancelled = Current.Deleted || !inRule || change is { Cancelled: true };
        var details = change?.Details ?? (inRule ? Current.Details.At(start) : Current.Details);
        var revision = Math.Max(Current.Revision, change?.Revision ?? 0);
        return new(InstanceId(start), Id, start, details, cancelled, revision, _versions[0].At, revision == change?.Revision ? change.At : Current.At);
    }

    private bool InRule(EventDetails series, EventTime start, string zone) =>
        series.Recurrence is not null
        && Occurrences.StartsOf(series, zone, start.ToInstant(zone) + Duration.FromDays(2)).Any(found => InstanceId(found) == InstanceId(start));
}
