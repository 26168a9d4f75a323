namespace SmsDapr.Sidecar.Workflows.Dispatch;

/// <summary>Places for work that is with a worker. What finds the places of its name taken waits here and holds nothing else up.</summary>
internal sealed class ConcurrencyPlaces<TKey>(ConcurrencyLimits limits)
{
    private readonly Dictionary<string, NamedPlaces> _names =
        limits.ByName.ToDictionary(limit => limit.Key, limit => new NamedPlaces { Limit = limit.Value }, StringComparer.Ordinal);

    private int _taken;

    public bool AreAllTaken => _taken >= limits.Overall;

    /// <summary>False: the name of an item makes no difference.</summary>
    public bool DependOnNames => _names.Count > 0;

    /// <summary>An item that waited and has a place of its name now; it is still to be taken, if it is still wanted.</summary>
    public bool TryNext(out TKey item)
    {
        foreach (var places in _names.Values)
        {
            if (places.Taken < places.Limit && places.Waiting.TryDequeue(out item!))
                return true;
        }

        item = default!;
        return false;
    }

    /// <summary>False: all places of this name are taken, and the item waits until <see cref="TryNext"/> brings it forward.</summary>
    public bool TryTake(string name, TKey item)
    {
        if (_names.TryGetValue(name, out var places))
        {
            if (places.Taken == places.Limit)
            {
                places.Waiting.Enqueue(item);
                return false;
            }

            places.Taken++;
        }

        _taken++;
        return true;
    }

    public void Free(string name)
    {
        _taken--;
        if (_names.TryGetValue(name, out var places))
            places.Taken--;
    }

    public void FreeAll()
    {
        _taken = 0;
        foreach (var places in _names.Values)
        {
            places.Taken = 0;
            places.Waiting.Clear();
        }
    }

    private sealed class NamedPlaces
    {
        public required int Limit { get; init; }

        public int Taken { get; set; }

        public Queue<TKey> Waiting { get; } = new();
    }
}
