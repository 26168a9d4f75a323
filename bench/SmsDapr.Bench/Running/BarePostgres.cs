using Npgsql;

namespace SmsDapr.Bench.Running;

/// <summary>A table as <c>state.postgresql</c> has it in this version, with prepared statements and pooled connections.</summary>
internal sealed class BarePostgres : IBareStore
{
    private readonly NpgsqlDataSource _database;
    private readonly string _save;
    private readonly string _get;
    private readonly string _replace;

    private BarePostgres(NpgsqlDataSource database, string table, bool hasETagColumn)
    {
        _database = database;
        var (column, fresh, renewed, etag) = hasETagColumn ? (", etag", ", gen_random_uuid()", ", etag = gen_random_uuid()", "etag::text") : ("", "", "", "xmin::text");
        _save = $"INSERT INTO {table} (key, value{column}) VALUES ($1, $2{fresh}) ON CONFLICT (key) DO UPDATE SET value = excluded.value{renewed}";
        _get = $"SELECT value, {etag} FROM {table} WHERE key = $1";
        _replace = $"UPDATE {table} SET value = $2{renewed} WHERE key = $1 AND {etag} = $3";
    }

    public static async Task<BarePostgres> OpenAsync(string connectionString, bool hasETagColumn)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        foreach (var pair in connectionString.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            builder[pair.Split('=')[0] == "user" ? "username" : pair.Split('=')[0]] = pair.Split('=')[1];
        builder.MaxAutoPrepare = 20;
        var database = NpgsqlDataSource.Create(builder);
        var table = $"bare_state_{(hasETagColumn ? "v2" : "v1")}";
        await using var create = database.CreateCommand(
            $"CREATE TABLE IF NOT EXISTS {table} (key text PRIMARY KEY, value bytea NOT NULL{(hasETagColumn ? ", etag uuid NOT NULL" : "")})");
        await create.ExecuteNonQueryAsync();
        return new BarePostgres(database, table, hasETagColumn);
    }

    public Task SaveAsync(string key, byte[] value) => WriteAsync(_save, key, value);

    public Task GetAsync(string key) => ReadETagAsync(key);

    public async Task ReplaceAsync(string key, byte[] value) => await WriteAsync(_replace, key, value, await ReadETagAsync(key));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<string> ReadETagAsync(string key)
    {
        await using var select = _database.CreateCommand(_get);
        select.Parameters.AddWithValue(key);
        await using var rows = await select.ExecuteReaderAsync();
        if (!await rows.ReadAsync())
            throw new InvalidOperationException("The key is missing.");
        _ = rows.GetFieldValue<byte[]>(0);
        return rows.GetString(1);
    }

    private async Task WriteAsync(string statement, params object[] parameters)
    {
        await using var command = _database.CreateCommand(statement);
        foreach (var parameter in parameters)
            command.Parameters.AddWithValue(parameter);
        if (await command.ExecuteNonQueryAsync() != 1)
            throw new InvalidOperationException("Nothing was written.");
    }
}
