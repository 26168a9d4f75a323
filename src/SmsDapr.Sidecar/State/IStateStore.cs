using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.State;

internal sealed record StoredValue(ReadOnlyMemory<byte> Data, string ETag, DateTimeOffset? ExpiresAt);

/// <summary>
/// One write of one key. With an etag it is a compare-and-set; without one it overwrites, unless <paramref name="FirstWrite"/>
/// asks that nothing be there yet. A null value deletes.
/// </summary>
internal sealed record StateWrite(string Key, ReadOnlyMemory<byte>? Value, string? ETag, bool FirstWrite, TimeSpan? TimeToLive)
{
    /// <summary>Last write was asked for by name, which not every store takes for the same as nothing.</summary>
    public bool LastWrite { get; init; }

    /// <summary>A lifetime of zero or less means that the value stays.</summary>
    public DateTimeOffset? ExpiresAt(DateTimeOffset now) => TimeToLive is { } ttl && ttl > TimeSpan.Zero ? now + ttl : null;
}

internal enum WriteOutcome
{
    Written,
    ETagMismatch,
    ETagInvalid,

    /// <summary>Refused for a reason that the store cannot tell from a failure.</summary>
    Failed,
}

/// <summary>A store of keys that already carry their prefix.</summary>
internal interface IStateStore : IComponent
{
    /// <summary>A bulk read asks for each key on its own, so that one may fail while the others do not.</summary>
    bool ReadsEachKeyAlone => false;

    Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken);

    Task<IReadOnlyList<StoredValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    Task<WriteOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken);

    /// <summary>All or nothing where the store can.</summary>
    Task<WriteOutcome> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken);
}
