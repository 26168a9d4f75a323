namespace SmsDapr.Bench.Running;

/// <summary>A state component to measure, and how to ask its store directly.</summary>
/// <param name="Name">As in the figures.</param>
/// <param name="Component">The sidecar's component.</param>
/// <param name="OpenAsync">Opens the store itself; gets the directory of the measurement.</param>
internal sealed record MeasuredStore(string Name, ComponentYaml Component, Func<string, Task<IBareStore>> OpenAsync)
{
    private const string RedisVariable = "REDIS_HOST";
    private const string PostgresVariable = "POSTGRES_CONNECTION_STRING";

    /// <summary>Those that can be had here; the others are told to <paramref name="leaveOut"/> with the reason.</summary>
    public static IReadOnlyList<MeasuredStore> Find(Action<string, string> leaveOut)
    {
        List<MeasuredStore> stores =
        [
            new("sqlite", ComponentYaml.StateStore("state.sqlite", "v1", "connectionString", "state.db"), directory => Opened(new BareSqlite(Path.Combine(directory, "bare.db")))),
            new("in-memory", ComponentYaml.StateStore("state.in-memory", "v1", "unused", "-"), _ => Opened(new BareMemory())),
        ];
        if (Setting(RedisVariable) is { } redis)
            stores.Add(new("redis", ComponentYaml.StateStore("state.redis", "v1", "redisHost", redis), async _ => await BareRedis.OpenAsync(redis)));
        else
            leaveOut("redis", RedisVariable);
        foreach (var version in (string[])["v1", "v2"])
        {
            var name = $"postgresql {version}";
            if (Setting(PostgresVariable) is { } postgres)
                stores.Add(new(name, ComponentYaml.StateStore("state.postgresql", version, "connectionString", postgres), async _ => await BarePostgres.OpenAsync(postgres, version == "v2")));
            else
                leaveOut(name, PostgresVariable);
        }

        return stores;
    }

    public static string? Redis => Setting(RedisVariable);

    private static string? Setting(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private static Task<IBareStore> Opened(IBareStore store) => Task.FromResult(store);
}
