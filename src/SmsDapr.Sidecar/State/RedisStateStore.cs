using System.Globalization;
using SmsDapr.Sidecar.Components;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.State;

/// <summary>
/// <c>state.redis</c>: a hash per key with a counting etag. Its ways differ from the other stores': a write with an etag creates a missing
/// row, a first write is only remembered by rows that began as one, and a transaction does not roll back. A lifetime ends by the sidecar's
/// clock; Redis, which has its own, only clears away what that clock can no longer see.
/// </summary>
internal sealed class RedisStateStore(ComponentSpec spec, TimeProvider clock) : IStateStore
{
    private readonly ConfigurationOptions _options = RedisConnection.Read(spec);
    private ConnectionMultiplexer? _connection;

    public IReadOnlyList<string> Capabilities => ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"];

    public bool ReadsEachKeyAlone => true;

    private IDatabase Database => _connection?.GetDatabase() ?? throw new StateStoreException("the connection is not open");

    public async Task OpenAsync(CancellationToken cancellationToken) =>
        _connection = await ConnectionMultiplexer.ConnectAsync(_options).WaitAsync(cancellationToken);

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => RunAsync(() => ReadAsync(key, cancellationToken));

    public Task<IReadOnlyList<StoredValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<StoredValue?>>(async () => await Task.WhenAll(keys.Select(key => ReadAsync(key, cancellationToken))));

    public Task<WriteOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        if (!HasValidETag(write))
            return WriteOutcome.ETagInvalid;
        return Judge(write, await ApplyAsync(Database, write).WaitAsync(cancellationToken));
    });

    public Task<WriteOutcome> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        if (!writes.All(HasValidETag))
            return WriteOutcome.ETagInvalid;
        var transaction = Database.CreateTransaction();
        Task<RedisResult>[] results = [.. writes.Select(write => ApplyAsync(transaction, write))];
        await transaction.ExecuteAsync().WaitAsync(cancellationToken);
        var outcomes = writes.Zip(await Task.WhenAll(results).WaitAsync(cancellationToken), Judge);
        return outcomes.FirstOrDefault(outcome => outcome != WriteOutcome.Written, WriteOutcome.Written);
    });

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private async Task<StoredValue?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var fields = await Database.HashGetAsync(key, ["data", "version", RedisScripts.ExpiryField]).WaitAsync(cancellationToken);
        return fields[1].IsNull || (long?)fields[2] <= Now ? null : new StoredValue((byte[]?)fields[0] ?? [], fields[1].ToString(), null);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private Task<RedisResult> ApplyAsync(IDatabaseAsync database, StateWrite write)
    {
        // Last write wins here even over an etag; the other stores honour the etag.
        RedisValue expected = write.LastWrite ? "" : write.ETag ?? "";
        if (write.Value is not { } value)
            return database.ScriptEvaluateAsync(RedisScripts.Delete, [write.Key], [expected, Now]);
        RedisValue expiry = write.TimeToLive is null ? RedisValue.EmptyString : (RedisValue)(write.ExpiresAt(clock.GetUtcNow())?.ToUnixTimeMilliseconds() ?? 0);
        // On a virtual clock Redis must not clear away what has not expired there.
        var cleared = clock == TimeProvider.System ? expiry : RedisValue.EmptyString;
        return database.ScriptEvaluateAsync(RedisScripts.Set, [write.Key], [value, expected, write.FirstWrite, expiry, cleared, Now]);
    }

    private static bool HasValidETag(StateWrite write) =>
        write.LastWrite || write.ETag is null || long.TryParse(write.ETag, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static WriteOutcome Judge(StateWrite write, RedisResult result) => ((int)result, write.ETag) switch
    {
        (1, _) => WriteOutcome.Written,
        (_, null) => WriteOutcome.Failed,
        _ => WriteOutcome.ETagMismatch,
    };

    private static async Task<TResult> RunAsync<TResult>(Func<Task<TResult>> operation)
    {
        try
        {
            return await operation();
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // Redis quotes keys and commands in its own messages.
            throw new StateStoreException($"Redis error {failure.GetType().Name}", failure);
        }
    }
}
