namespace SmsDapr.Sidecar.State;

/// <summary>
/// The table and its statements: v1 takes PostgreSQL's own row version for the etag, v2 a random one. daprd's own tables have the plain
/// names, so both can live in one database.
/// </summary>
internal sealed class PostgresStatements
{
    private readonly string _table;
    private readonly string _etag;
    private readonly string _etagColumn;
    private readonly string _etagDefinition;
    private readonly string _newETag;
    private readonly string _renewETag;

    private PostgresStatements(string table, bool hasETagColumn)
    {
        _table = $"\"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        _etag = hasETagColumn ? "etag::text" : "xmin::text";
        _etagColumn = hasETagColumn ? ", etag" : "";
        _etagDefinition = hasETagColumn ? ", etag uuid NOT NULL" : "";
        _newETag = hasETagColumn ? ", gen_random_uuid()" : "";
        _renewETag = hasETagColumn ? ", etag = gen_random_uuid()" : "";
    }

    public string CreateTable =>
        $"CREATE TABLE IF NOT EXISTS {_table} (key text PRIMARY KEY, value bytea NOT NULL, expires_at timestamptz NULL{_etagDefinition})";

    public string Select => $"SELECT key, value, {_etag}, expires_at FROM {_table} WHERE key = ANY ($1) AND {Live("$2")}";

    private string Upsert =>
        $"""
         INSERT INTO {_table} (key, value, expires_at{_etagColumn}) VALUES ($1, $2, $3{_newETag})
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at{_renewETag}
         """;

    private string Update => $"UPDATE {_table} SET value = $2, expires_at = $3{_renewETag}";

    public static PostgresStatements OfV1(string tableName) => new($"embedded_{tableName}_v1", hasETagColumn: false);

    public static PostgresStatements OfV2(string tablePrefix) => new($"{tablePrefix}embedded_state", hasETagColumn: true);

    /// <summary>Whether the write needs to know which rows have expired.</summary>
    public static bool IsConditional(StateWrite write) => write.ETag is not null || write is { FirstWrite: true, Value: not null };

    /// <summary>Parameters in order: key; value, expiry (unless a delete); expected etag (if any); now (if conditional).</summary>
    public string For(StateWrite write) => write switch
    {
        { Value: not null, ETag: not null } => $"{Update} WHERE key = $1 AND {_etag} = $4 AND {Live("$5")}",
        { Value: not null, FirstWrite: true } => $"{Upsert} WHERE NOT {Live("$4", _table + ".")}",
        { Value: not null } => Upsert,
        { ETag: not null } => $"DELETE FROM {_table} WHERE key = $1 AND {_etag} = $2 AND {Live("$3")}",
        _ => $"DELETE FROM {_table} WHERE key = $1",
    };

    private static string Live(string now, string table = "") => $"({table}expires_at IS NULL OR {table}expires_at > {now})";
}
