using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.State;

/// <summary>A key's value, or why it could not be read where a store tells that of each key.</summary>
internal sealed record KeyedValue(string Key, StoredValue? Value, string? Problem = null);

/// <summary>The state building block behind gRPC and HTTP: key rules, outcomes, error codes.</summary>
internal sealed class StateBlock(ComponentRegistry components)
{
    public const string SaveCode = "ERR_STATE_SAVE";
    public const string DeleteCode = "ERR_STATE_DELETE";

    private const string GetCode = "ERR_STATE_GET";
    private const string BulkGetCode = "ERR_STATE_BULK_GET";

    public async Task<StoredValue?> GetAsync(string storeName, string key, CancellationToken cancellationToken)
    {
        var component = Find(storeName);
        var prefixed = Prefix(component, storeName, key);
        try
        {
            return await component.Store.GetAsync(prefixed, cancellationToken);
        }
        catch (StateStoreException failure)
        {
            throw StateErrors.ReadFailed(GetCode, storeName, failure.Message);
        }
    }

    public async Task<IReadOnlyList<KeyedValue>> GetManyAsync(string storeName, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var component = Find(storeName);
        string[] prefixed = [.. keys.Select(key => Prefix(component, storeName, key))];
        try
        {
            if (component.Store.ReadsEachKeyAlone)
                return await Task.WhenAll(keys.Zip(prefixed, (key, stored) => GetOneAsync(component.Store, key, stored, cancellationToken)));
            var values = await component.Store.GetManyAsync(prefixed, cancellationToken);
            return [.. keys.Zip(values, (key, value) => new KeyedValue(key, value))];
        }
        catch (StateStoreException failure)
        {
            throw StateErrors.ReadFailed(BulkGetCode, storeName, failure.Message);
        }
    }

    /// <summary>Each write stands on its own: several are not atomic, here as in daprd.</summary>
    public async Task WriteAsync(string storeName, IReadOnlyList<StateWrite> writes, string code, CancellationToken cancellationToken)
    {
        var component = Find(storeName);
        if (writes.Any(write => write.Key.Length == 0))
            throw StateErrors.EmptyKey();
        StateWrite[] prefixed = [.. writes.Select(write => write with { Key = Prefix(component, storeName, write.Key) })];
        try
        {
            var outcomes = await Task.WhenAll(prefixed.Select(write => component.Store.WriteAsync(write, cancellationToken)));
            ThrowUnlessWritten(outcomes, code, storeName);
        }
        catch (StateStoreException failure)
        {
            throw StateErrors.WriteFailed(code, storeName, failure.Message);
        }
    }

    /// <summary>Every failure is Internal, a wrong etag too: that is daprd's rule for transactions.</summary>
    public async Task TransactAsync(string storeName, IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        var component = Find(storeName);
        StateWrite[] prefixed = [.. writes.Select(write => write with { Key = Prefix(component, storeName, write.Key) })];
        if (prefixed.Length == 0)
            return;
        try
        {
            var outcome = await component.Store.TransactAsync(prefixed, cancellationToken);
            if (outcome != WriteOutcome.Written)
                throw StateErrors.TransactionFailed(storeName, "possible etag mismatch. error from state store: a condition does not hold");
        }
        catch (StateStoreException failure)
        {
            throw StateErrors.TransactionFailed(storeName, failure.Message);
        }
    }

    private static async Task<KeyedValue> GetOneAsync(IStateStore store, string key, string prefixed, CancellationToken cancellationToken)
    {
        try
        {
            return new KeyedValue(key, await store.GetAsync(prefixed, cancellationToken));
        }
        catch (StateStoreException failure)
        {
            return new KeyedValue(key, null, failure.Message);
        }
    }

    private StateComponent Find(string name)
    {
        if (components.TryFind<StateComponent>(name, out _, out var store))
            return store;
        throw components.OfType<StateComponent>().Any() ? StateErrors.NotFound(name) : StateErrors.NotConfigured();
    }

    private static string Prefix(StateComponent component, string storeName, string key) =>
        key.Contains(KeyPrefix.Separator, StringComparison.Ordinal) ? throw StateErrors.IllegalKey(storeName) : component.Prefix.Apply(key);

    private static void ThrowUnlessWritten(WriteOutcome[] outcomes, string code, string storeName)
    {
        if (outcomes.Contains(WriteOutcome.Failed))
            throw StateErrors.WriteFailed(code, storeName, "no item was updated");
        if (outcomes.Contains(WriteOutcome.ETagInvalid))
            throw StateErrors.ETagInvalid(code, storeName);
        if (outcomes.Contains(WriteOutcome.ETagMismatch))
            throw StateErrors.ETagMismatch(code, storeName);
    }
}
