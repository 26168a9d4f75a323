using System.Globalization;
using SmsDapr.Sidecar.Components;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.State;

/// <summary>
/// <c>state.redis</c>: a hash per key with a counting etag. Its ways differ from the other stores': a write with an etag creates a missing
/// row, a first write is only remembered by rows that began as one, and a transaction does not roll back.
/// </summary>
internal sealed class RedisStateStore(ComponentSpec spec) : IStateStore
{
    // Keys: the row. Arguments: value, expected version or nothing, whether first write, seconds to live or nothing.
    private const string SetScript =
        """
        local version = redis.call('HGET', KEYS[1], 'version')
        local once = redis.call('HEXISTS', KEYS[1], 'first-write') == 1
        if version and version ~= ARGV[2] and (ARGV[2] ~= '' or once) then return 0 end
        redis.call('HSET', KEYS[1], 'data', ARGV[1])
        if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'first-write', '0') end
        redis.call('HINCRBY', KEYS[1], 'version', 1)
        if ARGV[4] ~= '' then
          if tonumber(ARGV[4]) > 0 then redis.call('EXPIRE', KEYS[1], ARGV[4]) else redis.call('PERSIST', KEYS[1]) end
        end
        return 1
        """;

    // Keys: the row. Arguments: expected version or nothing.
    private const string DeleteScript =
        """
        local version = redis.call('HGET', KEYS[1], 'version')
        if version and ARGV[1] ~= '' and version ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        return 1
        """;

    private readonly ConfigurationOptions _options = RedisConnection.Read(spec);
    private ConnectionMultiplexer? _connection;

    public IReadOnlyList<string> Capabilities => ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"];

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
        var fields = await Database.HashGetAsync(key, ["data", "version"]).WaitAsync(cancellationToken);
        return fields[1].IsNull ? null : new StoredValue((byte[]?)fields[0] ?? [], fields[1].ToString(), null);
    }

    private static Task<RedisResult> ApplyAsync(IDatabaseAsync database, StateWrite write)
    {
        // Last write wins here even over an etag; the other stores honour the etag.
        RedisValue expected = write.LastWrite ? "" : write.ETag ?? "";
        if (write.Value is not { } value)
            return database.ScriptEvaluateAsync(DeleteScript, [write.Key], [expected]);
        RedisValue seconds = write.TimeToLive is { } ttl ? ((long)ttl.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "";
        return database.ScriptEvaluateAsync(SetScript, [write.Key], [value, expected, write.FirstWrite, seconds]);
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
