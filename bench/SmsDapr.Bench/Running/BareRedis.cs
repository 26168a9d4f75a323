using StackExchange.Redis;

namespace SmsDapr.Bench.Running;

/// <summary>A hash per key with a counting version, as in <c>state.redis</c>.</summary>
internal sealed class BareRedis : IBareStore
{
    private const string Set =
        """
        local version = redis.call('HGET', KEYS[1], 'version')
        if version and ARGV[2] ~= '' and version ~= ARGV[2] then return 0 end
        redis.call('HSET', KEYS[1], 'data', ARGV[1])
        return redis.call('HINCRBY', KEYS[1], 'version', 1)
        """;

    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _database;

    private BareRedis(ConnectionMultiplexer connection)
    {
        _connection = connection;
        _database = connection.GetDatabase();
    }

    public static async Task<BareRedis> OpenAsync(string host) => new(await ConnectionMultiplexer.ConnectAsync(host));

    public Task SaveAsync(string key, byte[] value) => WriteAsync(key, value, "");

    public Task GetAsync(string key) => ReadAsync(key);

    public async Task ReplaceAsync(string key, byte[] value) => await WriteAsync(key, value, await ReadAsync(key));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<RedisValue> ReadAsync(string key) => (await _database.HashGetAsync($"bare-{key}", ["data", "version"]))[1];

    private async Task WriteAsync(string key, byte[] value, RedisValue expected)
    {
        if ((long)await _database.ScriptEvaluateAsync(Set, [$"bare-{key}"], [value, expected]) == 0)
            throw new InvalidOperationException("Nothing was written.");
    }
}
