using Microsoft.Data.Sqlite;

namespace SmsDapr.Bench.Running;

/// <summary>One SQLite connection as durable as the sidecar's: WAL, synchronous FULL, a commit for each write; callers take turns.</summary>
internal sealed class BareSqlite : IBareStore
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _save;
    private readonly SqliteCommand _get;
    private readonly SqliteCommand _replace;

    public BareSqlite(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using var create = Command(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE state (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, etag INTEGER NOT NULL);
            """);
        create.ExecuteNonQuery();
        _save = Command(
            """
            INSERT INTO state (key, value, etag) VALUES ($key, $value, 1)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, etag = etag + 1
            """);
        _get = Command("SELECT value, etag FROM state WHERE key = $key");
        _replace = Command("UPDATE state SET value = $value, etag = etag + 1 WHERE key = $key AND etag = $etag");
    }

    public Task SaveAsync(string key, byte[] value)
    {
        lock (_gate)
            Execute(_save, ("$key", key), ("$value", value));
        return Task.CompletedTask;
    }

    public Task GetAsync(string key)
    {
        lock (_gate)
            ReadETag(key);
        return Task.CompletedTask;
    }

    public Task ReplaceAsync(string key, byte[] value)
    {
        lock (_gate)
            Execute(_replace, ("$key", key), ("$value", value), ("$etag", ReadETag(key)));
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _save.DisposeAsync();
        await _get.DisposeAsync();
        await _replace.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private long ReadETag(string key)
    {
        Bind(_get, ("$key", key));
        using var reader = _get.ExecuteReader();
        if (!reader.Read())
            throw new InvalidOperationException("The key is missing.");
        _ = reader.GetFieldValue<byte[]>(0);
        return reader.GetInt64(1);
    }

    private static void Execute(SqliteCommand command, params (string Name, object Value)[] parameters)
    {
        Bind(command, parameters);
        if (command.ExecuteNonQuery() != 1)
            throw new InvalidOperationException("Nothing was written.");
    }

    private static void Bind(SqliteCommand command, params (string Name, object Value)[] parameters)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
    }

    private SqliteCommand Command(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }
}
