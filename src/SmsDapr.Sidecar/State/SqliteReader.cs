using Microsoft.Data.Sqlite;

namespace SmsDapr.Sidecar.State;

/// <summary>One connection with its prepared query; used by one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _select;
    private readonly SqliteParameter _key;
    private readonly SqliteParameter _now;

    public SqliteReader(SqliteConnection connection, SqliteSchema schema)
    {
        _connection = connection;
        _select = connection.CreateCommand();
        _select.CommandText = schema.Select;
        _key = _select.Parameters.Add("$key", SqliteType.Text);
        _now = _select.Parameters.Add("$now", SqliteType.Integer);
    }

    public StoredValue? Get(string key, DateTimeOffset now)
    {
        _key.Value = key;
        _now.Value = now.ToUnixTimeMilliseconds();
        using var row = _select.ExecuteReader();
        if (!row.Read())
            return null;
        var expiresAt = row.IsDBNull(2) ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2));
        return new StoredValue(row.GetFieldValue<byte[]>(0), row.GetString(1), expiresAt);
    }

    public IReadOnlyList<StoredValue?> GetMany(IReadOnlyList<string> keys, DateTimeOffset now)
    {
        using var snapshot = _connection.BeginTransaction(deferred: true);
        _select.Transaction = snapshot;
        var values = keys.Select(key => Get(key, now)).ToArray();
        snapshot.Commit();
        _select.Transaction = null;
        return values;
    }

    public void Dispose()
    {
        _select.Dispose();
        _connection.Dispose();
    }
}
