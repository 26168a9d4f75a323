using NodaTime;

namespace SmsDapr.Service.Delivery;

/// <summary>What is left to do for a message that has ended.</summary>
[Flags]
internal enum Settlement
{
    None = 0,
    Published = 1,
    WorkflowTold = 2,
    All = Published | WorkflowTold,
}

/// <summary>
/// Messages that this process brought to their end in full: event published, workflow told. The reconciler passes them by without
/// reading anything. Kept for ten to twenty minutes, in memory: what a restart forgets is merely looked at once more.
/// </summary>
internal sealed class SettledMessages(IClock clock)
{
    private static readonly Duration Generation = Duration.FromMinutes(10);

    private readonly Lock _gate = new();
    private Dictionary<string, Settlement> _current = new(StringComparer.Ordinal);
    private Dictionary<string, Settlement> _previous = new(StringComparer.Ordinal);
    private Instant _since = clock.GetCurrentInstant();

    public void Add(string messageId, Settlement done)
    {
        lock (_gate)
        {
            Turn();
            _current[messageId] = _current.GetValueOrDefault(messageId) | done;
        }
    }

    public bool Contains(string messageId)
    {
        lock (_gate)
        {
            Turn();
            return (_current.GetValueOrDefault(messageId) | _previous.GetValueOrDefault(messageId)) == Settlement.All;
        }
    }

    private void Turn()
    {
        var age = clock.GetCurrentInstant() - _since;
        if (age < Generation)
            return;
        _previous = age < Generation * 2 ? _current : new(StringComparer.Ordinal);
        _current = new(StringComparer.Ordinal);
        _since += age;
    }
}
