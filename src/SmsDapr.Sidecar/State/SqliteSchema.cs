using Microsoft.Data.Sqlite;

namespace SmsDapr.Sidecar.State;

/// <summary>
/// The table and its statements. daprd keeps its own layout in a table of the plain name, so the same file serves both without
/// either misreading the other.
/// </summary>
internal sealed class SqliteSchema
{
    private const string Live = "(expires_at IS NULL OR expires_at > $now)";

    private readonly string _table;

    public SqliteSchema(string tableName) => _table = $"\"embedded_{tableName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public string Select => $"SELECT value, etag, expires_at FROM {_table} WHERE key = $key AND {Live}";

    public string Upsert =>
        $"""
         INSERT INTO {_table} (key, value, etag, expires_at) VALUES ($key, $value, $etag, $expires)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, etag = excluded.etag, expires_at = excluded.expires_at
         """;

    public string Insert => $"{Upsert} WHERE NOT {Live}";

    public string Replace =>
        $"UPDATE {_table} SET value = $value, etag = $etag, expires_at = $expires WHERE key = $key AND etag = $expected AND {Live}";

    public string Delete => $"DELETE FROM {_table} WHERE key = $key";

    public string DeleteMatching => $"DELETE FROM {_table} WHERE key = $key AND etag = $expected AND {Live}";

    public string DeleteExpired => $"DELETE FROM {_table} WHERE expires_at <= $now";

    public void Create(SqliteConnection connection)
    {
        // Synchronous FULL: what is acknowledged has reached the disk. The group commit shares its cost.
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS {_table}
               (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL, etag TEXT NOT NULL, expires_at INTEGER NULL);
             """;
        command.ExecuteNonQuery();
    }
}
