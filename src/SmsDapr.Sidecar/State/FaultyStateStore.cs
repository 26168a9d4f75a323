namespace SmsDapr.Sidecar.State;

/// <summary>A store whose operations fail when <see cref="StateFaults"/> says so, before anything is read or written.</summary>
internal sealed class FaultyStateStore(IStateStore store, StateFaults faults) : IStateStore
{
    public IReadOnlyList<string> Capabilities => store.Capabilities;

    public bool ReadsEachKeyAlone => store.ReadsEachKeyAlone;

    public Task OpenAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        FailIfOrdered(StateOperationKinds.Read);
        return store.GetAsync(key, cancellationToken);
    }

    public Task<IReadOnlyList<StoredValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        FailIfOrdered(StateOperationKinds.Read);
        return store.GetManyAsync(keys, cancellationToken);
    }

    public Task<WriteOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken)
    {
        FailIfOrdered(StateOperationKinds.Write);
        return store.WriteAsync(write, cancellationToken);
    }

    public Task<WriteOutcome> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        FailIfOrdered(StateOperationKinds.Write);
        return store.TransactAsync(writes, cancellationToken);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private void FailIfOrdered(StateOperationKinds kind)
    {
        if (faults.Strikes(kind))
            throw new StateStoreException("the state store is unavailable (a fault was ordered)");
    }
}
