namespace SmsDapr.Sidecar.Workflows.Execution;

/// <summary>Instances in memory. Those with a turn at a worker stay; of the idle ones the longest unused go first.</summary>
internal sealed class InstanceCache(EngineSettings settings)
{
    private readonly Dictionary<string, Instance> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Instance> _byKey = [];
    private readonly LinkedList<Instance> _recent = [];
    private long _historyBytes;

    public IEnumerable<Instance> All => _byKey.Values;

    public Instance? Find(string id) => Touch(_byId.GetValueOrDefault(id));

    public Instance? Find(long key) => Touch(_byKey.GetValueOrDefault(key));

    public void Add(Instance instance)
    {
        _byId.Add(instance.Id, instance);
        _byKey.Add(instance.Key, instance);
        instance.Recency = _recent.AddFirst(instance);
    }

    public void Remove(Instance instance)
    {
        if (!_byKey.Remove(instance.Key))
            return;
        _byId.Remove(instance.Id);
        _recent.Remove(instance.Recency!);
        _historyBytes -= instance.Progress?.HistoryBytes ?? 0;
    }

    /// <summary>Takes note that an instance in memory holds this much more history, or less.</summary>
    public void Grew(int bytes) => _historyBytes += bytes;

    public void Clear()
    {
        _byId.Clear();
        _byKey.Clear();
        _recent.Clear();
        _historyBytes = 0;
    }

    public void Trim()
    {
        // Bounded work per commit: instances at a worker are moved out of the way, so that the next call finds others.
        for (var looked = 0; looked < 64 && IsOverfull; looked++)
        {
            var oldest = _recent.Last!.Value;
            if (oldest.Turn is null)
                Remove(oldest);
            else
                Touch(oldest);
        }
    }

    private bool IsOverfull => _recent.Count > settings.IdleInstances || (_historyBytes > settings.IdleHistoryBytes && _recent.Count > 1);

    private Instance? Touch(Instance? instance)
    {
        if (instance?.Recency is { } node && node != _recent.First)
        {
            _recent.Remove(node);
            _recent.AddFirst(node);
        }

        return instance;
    }
}
