using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.State;

/// <summary>
/// <c>state.postgresql</c>: transactions that roll back. Version v1 has counting etags and refuses what is not a number; v2 has random ones and
/// takes what is none for a mismatch.
/// </summary>
internal sealed class PostgresStateStore : IStateStore
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    private readonly NpgsqlDataSource _database;
    private readonly PostgresStatements _statements;
    private readonly TimeProvider _clock;
    private readonly bool _countsETags;

    public PostgresStateStore(ComponentSpec spec, TimeProvider clock)
    {
        _clock = clock;
        _countsETags = spec.Version.Equals("v1", StringComparison.OrdinalIgnoreCase);
        _statements = _countsETags ? PostgresStatements.OfV1(spec.Text("tableName") ?? "state") : PostgresStatements.OfV2(spec.Text("tablePrefix") ?? "");
        try
        {
            var connection = PostgresConnectionString.Parse(spec.RequiredText("connectionString"));
            connection.CommandTimeout = (int)Math.Ceiling(spec.Duration("timeout", DefaultTimeout).TotalSeconds);
            connection.MaxPoolSize = spec.Number("maxConns", connection.MaxPoolSize);
            connection.MaxAutoPrepare = 20;
            _database = NpgsqlDataSource.Create(connection);
        }
        catch (FormatException malformed)
        {
            throw spec.Complain($"metadata 'connectionString': {malformed.Message}", malformed);
        }
    }

    public IReadOnlyList<string> Capabilities => ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"];

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await using var create = _database.CreateCommand(_statements.CreateTable);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        (await GetManyAsync([key], cancellationToken))[0];

    public Task<IReadOnlyList<StoredValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<StoredValue?>>(async () =>
    {
        await using var select = _database.CreateCommand(_statements.Select);
        select.Parameters.AddWithValue(keys.ToArray());
        select.Parameters.AddWithValue(_clock.GetUtcNow());
        var found = new Dictionary<string, StoredValue>(StringComparer.Ordinal);
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var expiresAt = rows.IsDBNull(3) ? (DateTimeOffset?)null : rows.GetFieldValue<DateTimeOffset>(3);
            found[rows.GetString(0)] = new StoredValue(rows.GetFieldValue<byte[]>(1), rows.GetString(2), expiresAt);
        }

        return [.. keys.Select(key => found.GetValueOrDefault(key))];
    });

    public Task<WriteOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        return await ApplyAsync(connection, write, cancellationToken);
    });

    public Task<WriteOutcome> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var write in writes)
        {
            // Leaving without a commit rolls back.
            if (await ApplyAsync(connection, write, cancellationToken) is var outcome and not WriteOutcome.Written)
                return outcome;
        }

        await transaction.CommitAsync(cancellationToken);
        return WriteOutcome.Written;
    });

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<WriteOutcome> ApplyAsync(NpgsqlConnection connection, StateWrite write, CancellationToken cancellationToken)
    {
        var expected = Normalize(write.ETag);
        if (write.ETag is not null && expected is null)
            return _countsETags ? WriteOutcome.ETagInvalid : WriteOutcome.ETagMismatch;

        await using var command = connection.CreateCommand();
        command.CommandText = _statements.For(write);
        command.Parameters.AddWithValue(write.Key);
        if (write.Value is { } value)
        {
            command.Parameters.AddWithValue(NpgsqlDbType.Bytea, value);
            command.Parameters.AddWithValue(NpgsqlDbType.TimestampTz, write.ExpiresAt(_clock.GetUtcNow()) ?? (object)DBNull.Value);
        }

        if (expected is not null)
            command.Parameters.AddWithValue(expected);
        if (PostgresStatements.IsConditional(write))
            command.Parameters.AddWithValue(_clock.GetUtcNow());
        var changed = await command.ExecuteNonQueryAsync(cancellationToken);
        return (changed, write) switch
        {
            ( > 0, _) or (_, { Value: null, ETag: null }) => WriteOutcome.Written,
            (_, { ETag: null }) => WriteOutcome.Failed,
            _ => WriteOutcome.ETagMismatch,
        };
    }

    /// <summary>As PostgreSQL writes it, or null if it is no etag of this store.</summary>
    private string? Normalize(string? etag) => _countsETags
        ? uint.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count.ToString(CultureInfo.InvariantCulture) : null
        : Guid.TryParse(etag, out var random) ? random.ToString() : null;

    private static async Task<TResult> RunAsync<TResult>(Func<Task<TResult>> operation)
    {
        try
        {
            return await operation();
        }
        catch (NpgsqlException failure)
        {
            throw new StateStoreException($"PostgreSQL error {failure.SqlState ?? failure.GetType().Name}", failure);
        }
    }
}
