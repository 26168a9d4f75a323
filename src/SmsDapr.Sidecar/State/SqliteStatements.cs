using Microsoft.Data.Sqlite;

namespace SmsDapr.Sidecar.State;

/// <summary>The writer's prepared statements; used by the writer loop alone.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly List<SqliteCommand> _all = [];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _rollbackTo;
    private readonly SqliteCommand _release;
    private readonly SqliteCommand _upsert;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _replace;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _deleteMatching;
    private readonly SqliteCommand _deleteExpired;

    public SqliteStatements(SqliteConnection connection, SqliteSchema schema)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _savepoint = Prepare("SAVEPOINT group_member");
        _rollbackTo = Prepare("ROLLBACK TO group_member");
        _release = Prepare("RELEASE group_member");
        _upsert = Prepare(schema.Upsert, "$key", "$value", "$etag", "$expires");
        _insert = Prepare(schema.Insert, "$key", "$value", "$etag", "$expires", "$now");
        _replace = Prepare(schema.Replace, "$key", "$value", "$etag", "$expires", "$expected", "$now");
        _delete = Prepare(schema.Delete, "$key");
        _deleteMatching = Prepare(schema.DeleteMatching, "$key", "$expected", "$now");
        _deleteExpired = Prepare(schema.DeleteExpired, "$now");
    }

    public void Begin() => _begin.ExecuteNonQuery();

    public void Commit() => _commit.ExecuteNonQuery();

    public void Savepoint() => _savepoint.ExecuteNonQuery();

    public void RollbackToSavepoint() => _rollbackTo.ExecuteNonQuery();

    public void ReleaseSavepoint() => _release.ExecuteNonQuery();

    public void RollbackIfOpen()
    {
        // After some errors (disk full) SQLite has rolled back by itself.
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0)
            return;
        using var rollback = _connection.CreateCommand();
        rollback.CommandText = "ROLLBACK";
        rollback.ExecuteNonQuery();
    }

    public void RemoveExpired(DateTimeOffset now)
    {
        _deleteExpired.Parameters["$now"].Value = now.ToUnixTimeMilliseconds();
        _deleteExpired.ExecuteNonQuery();
    }

    /// <summary>False: the write's condition does not hold.</summary>
    public bool Apply(StateWrite write, DateTimeOffset now)
    {
        var command = Choose(write);
        command.Parameters["$key"].Value = write.Key;
        if (write.Value is { } value)
        {
            command.Parameters["$value"].Value = value.ToArray();
            command.Parameters["$etag"].Value = Guid.NewGuid().ToString();
            command.Parameters["$expires"].Value = write.ExpiresAt(now)?.ToUnixTimeMilliseconds() ?? (object)DBNull.Value;
        }

        if (command == _upsert || command == _delete)
            return command.ExecuteNonQuery() >= 0;

        command.Parameters["$now"].Value = now.ToUnixTimeMilliseconds();
        if (write.ETag is not null)
            command.Parameters["$expected"].Value = write.ETag;
        return command.ExecuteNonQuery() > 0;
    }

    public void Dispose()
    {
        foreach (var command in _all)
            command.Dispose();
    }

    private SqliteCommand Choose(StateWrite write) => write switch
    {
        { Value: not null, ETag: not null } => _replace,
        { Value: not null, FirstWrite: true } => _insert,
        { Value: not null } => _upsert,
        { ETag: not null } => _deleteMatching,
        _ => _delete,
    };

    private SqliteCommand Prepare(string text, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in parameters)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        _all.Add(command);
        return command;
    }
}
