namespace SmsDapr.Sidecar.State;

/// <summary>The table and its statements. daprd's own table has the plain name, so both can live in one database.</summary>
internal sealed class PostgresStatements
{
    private readonly string _table;

    public PostgresStatements(string tablePrefix) => _table = $"\"{tablePrefix.Replace("\"", "\"\"", StringComparison.Ordinal)}embedded_state\"";

    public string CreateTable =>
        $"CREATE TABLE IF NOT EXISTS {_table} (key text PRIMARY KEY, value bytea NOT NULL, etag uuid NOT NULL, expires_at timestamptz NULL)";

    public string Select => $"SELECT key, value, etag, expires_at FROM {_table} WHERE key = ANY ($1) AND {Live("$2")}";

    /// <summary>Whether the write needs to know which rows have expired.</summary>
    public static bool IsConditional(StateWrite write) => write.ETag is not null || write is { FirstWrite: true, Value: not null };

    /// <summary>Parameters in order: key; value, new etag, expiry (unless a delete); expected etag (if any); now (if conditional).</summary>
    public string For(StateWrite write) => write switch
    {
        { Value: not null, ETag: not null } => $"UPDATE {_table} SET value = $2, etag = $3, expires_at = $4 WHERE key = $1 AND etag = $5 AND {Live("$6")}",
        { Value: not null, FirstWrite: true } => $"{Upsert} WHERE NOT {Live("$5", _table + ".")}",
        { Value: not null } => Upsert,
        { ETag: not null } => $"DELETE FROM {_table} WHERE key = $1 AND etag = $2 AND {Live("$3")}",
        _ => $"DELETE FROM {_table} WHERE key = $1",
    };

    private string Upsert =>
        $"""
         INSERT INTO {_table} (key, value, etag, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, etag = excluded.etag, expires_at = excluded.expires_at
         """;

    private static string Live(string now, string table = "") => $"({table}expires_at IS NULL OR {table}expires_at > {now})";
}
