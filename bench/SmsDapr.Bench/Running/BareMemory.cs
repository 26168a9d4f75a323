using System.Collections.Concurrent;

namespace SmsDapr.Bench.Running;

/// <summary>A dictionary: beside it everything is the sidecar's own.</summary>
internal sealed class BareMemory : IBareStore
{
    private readonly ConcurrentDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public Task SaveAsync(string key, byte[] value)
    {
        _values[key] = value;
        return Task.CompletedTask;
    }

    public Task GetAsync(string key) => Task.FromResult(_values[key]);

    public Task ReplaceAsync(string key, byte[] value) => SaveAsync(key, value);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
