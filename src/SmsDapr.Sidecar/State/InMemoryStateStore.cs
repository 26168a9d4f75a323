namespace SmsDapr.Sidecar.State;

/// <summary><c>state.in-memory</c>: a dictionary under one lock, gone with the process.</summary>
internal sealed class InMemoryStateStore(TimeProvider clock) : IStateStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredValue> _values = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Capabilities => ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult(FindLive(key));
    }

    public Task<IReadOnlyList<StoredValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<StoredValue?>>([.. keys.Select(FindLive)]);
    }

    public Task<WriteOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken) => TransactAsync([write], cancellationToken);

    public Task<WriteOutcome> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (writes.Any(Conflicts))
                return Task.FromResult(WriteOutcome.ETagMismatch);
            foreach (var write in writes)
                Apply(write);
            return Task.FromResult(WriteOutcome.Written);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private StoredValue? FindLive(string key)
    {
        if (!_values.TryGetValue(key, out var value))
            return null;
        if (value.ExpiresAt is not { } expiry || expiry > clock.GetUtcNow())
            return value;
        _values.Remove(key);
        return null;
    }

    private bool Conflicts(StateWrite write)
    {
        var current = FindLive(write.Key);
        return write.ETag is { } etag
            ? current is null || current.ETag != etag
            : write.FirstWrite && current is not null;
    }

    private void Apply(StateWrite write)
    {
        if (write.Value is { } value)
            _values[write.Key] = new StoredValue(value, Guid.NewGuid().ToString(), write.ExpiresAt(clock.GetUtcNow()));
        else
            _values.Remove(write.Key);
    }
}
