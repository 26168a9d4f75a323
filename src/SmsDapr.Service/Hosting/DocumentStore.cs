using Grpc.Core;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Service.Privacy;

namespace SmsDapr.Service.Hosting;

/// <summary>Documents in the Dapr state store. Reads and writes that fail are repeated for a short while; compare-and-set makes that safe.</summary>
internal sealed class DocumentStore : IDocumentStore
{
    private readonly StateClient _state;
    private readonly DocumentLifetimes _lifetimes;
    private readonly StampedJson _json = new();
    private readonly Backoff _backoff;
    private readonly UpdateLanes _lanes;

    public DocumentStore(StateClient state, DocumentLifetimes lifetimes, Backoff backoff)
    {
        _state = state;
        _lifetimes = lifetimes;
        _backoff = backoff;
        _lanes = new UpdateLanes(this, backoff);
    }

    public async Task<Document<T>?> FindAsync<T>(string key, CancellationToken cancellation)
        where T : class
    {
        var stored = await _backoff.RepeatAsync(() => _state.FindAsync(key, cancellation), cancellation);
        return stored is { } found ? new Document<T>(StampedJson.Read<T>(found.Data), found.ETag) : null;
    }

    public async Task<IReadOnlyList<Document<T>>> FindManyAsync<T>(IReadOnlyList<string> keys, CancellationToken cancellation)
        where T : class
    {
        var found = await FindAllAsync(keys, cancellation);
        return [.. keys.Select(found.Find<T>).OfType<Document<T>>()];
    }

    public async Task<DocumentSet> FindAllAsync(IReadOnlyList<string> keys, CancellationToken cancellation) =>
        new(keys.Count == 0 ? [] : await _backoff.RepeatAsync(() => _state.FindManyAsync(keys, cancellation), cancellation));

    public Task<bool> TryCreateAsync<T>(string key, T value, CancellationToken cancellation)
        where T : class =>
        WriteAsync(key, value, etag: null, cancellation);

    public Task<bool> TryReplaceAsync<T>(string key, T value, string etag, CancellationToken cancellation)
        where T : class
    {
        // Components take an empty ETag for none.
        ArgumentException.ThrowIfNullOrEmpty(etag);
        return WriteAsync(key, value, etag, cancellation);
    }

    public Task<T?> UpdateAsync<T>(string key, Func<T?, T?> change, CancellationToken cancellation)
        where T : class =>
        _lanes.UpdateAsync(key, new PendingChange<T>(change, cancellation));

    public Task<T?> UpdateReadAsync<T>(string key, Document<T>? read, Func<T?, T?> change, CancellationToken cancellation)
        where T : class =>
        _lanes.UpdateAsync(key, new PendingChange<T>(change, cancellation) { Read = new KnownVersion<T>(read) });

    public Task<bool> TryDeleteAsync(string key, string etag, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(etag);
        return _backoff.RepeatAsync(
            async () =>
            {
                try
                {
                    await _state.DeleteAsync(key, etag, cancellation);
                    return true;
                }
                catch (RpcException) when (!cancellation.IsCancellationRequested)
                {
                    if (await _state.FindAsync(key, cancellation) is not { } stored)
                        return true;
                    if (stored.ETag != etag)
                        return false;
                    throw;
                }
            },
            cancellation);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation) =>
        _backoff.RepeatAsync(
            async () =>
            {
                await _state.DeleteAsync(key, etag: null, cancellation);
                return true;
            },
            cancellation);

    private async Task<bool> WriteAsync<T>(string key, T value, string? etag, CancellationToken cancellation)
        where T : class
    {
        var (data, stamp) = _json.Write(value);
        var lifetime = _lifetimes.Of(value);
        return await _backoff.RepeatAsync(
            async () =>
            {
                try
                {
                    await _state.SaveAsync(key, data, etag, lifetime, cancellation);
                    return true;
                }
                catch (RpcException) when (!cancellation.IsCancellationRequested)
                {
                    // Stores disagree on the code of a conflict, and a lost answer has none. What is stored decides.
                    var stored = await _state.FindAsync(key, cancellation);
                    if (stored is { } found && StampedJson.Carries(found.Data, stamp))
                        return true;
                    if (stored?.ETag != etag)
                        return false;
                    throw;
                }
            },
            cancellation);
    }
}
