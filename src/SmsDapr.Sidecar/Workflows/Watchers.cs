using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>A caller waiting until an instance has a certain status.</summary>
internal sealed class Watcher(Func<OrchestrationStatus, bool> reached, bool payloads)
{
    private readonly TaskCompletionSource<GetInstanceResponse> _state = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<GetInstanceResponse> State => _state.Task;

    public bool WantsPayloads => payloads;

    public bool IsReachedBy(OrchestrationStatus status) => reached(status);

    public void Reached(GetInstanceResponse state) => _state.TrySetResult(state);
}

/// <summary>Watchers by instance id; an id need not exist yet.</summary>
internal sealed class Watchers
{
    private readonly Dictionary<string, List<Watcher>> _byId = new(StringComparer.Ordinal);

    public bool Any(string id) => _byId.ContainsKey(id);

    public void Add(string id, Watcher watcher)
    {
        if (!_byId.TryGetValue(id, out var watchers))
            _byId.Add(id, watchers = []);
        watchers.Add(watcher);
    }

    public void Remove(string id, Watcher watcher)
    {
        if (_byId.TryGetValue(id, out var watchers) && watchers.Remove(watcher) && watchers.Count == 0)
            _byId.Remove(id);
    }

    public void Notify(string id, OrchestrationStatus status, Func<bool, GetInstanceResponse> describe)
    {
        if (!_byId.TryGetValue(id, out var watchers))
            return;
        watchers.RemoveAll(watcher =>
        {
            if (!watcher.IsReachedBy(status))
                return false;
            watcher.Reached(describe(watcher.WantsPayloads));
            return true;
        });
        if (watchers.Count == 0)
            _byId.Remove(id);
    }
}
