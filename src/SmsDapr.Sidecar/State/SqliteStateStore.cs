using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.State;

/// <summary>
/// <c>state.sqlite</c>: one writer that commits many callers' writes together, readers beside it on their own connections.
/// </summary>
internal sealed class SqliteStateStore : IStateStore
{
    private static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(2);

    private readonly ConcurrentBag<SqliteReader> _idleReaders = [];
    private readonly ComponentSpec _spec;
    private readonly string _file;
    private readonly SqliteSchema _schema;
    private readonly TimeSpan _busyTimeout;
    private readonly TimeProvider _clock;
    private SqliteGroupWriter? _writer;
    private ITimer? _cleanup;

    private SqliteStateStore(ComponentSpec spec, string file, TimeProvider clock)
    {
        _spec = spec;
        _file = file;
        _clock = clock;
        _schema = new SqliteSchema(spec.Text("tableName") ?? "state");
        _busyTimeout = spec.Duration("busyTimeout", DefaultBusyTimeout);
    }

    public IReadOnlyList<string> Capabilities => ["ETAG", "TRANSACTIONAL", "TTL", "ACTOR"];

    /// <summary>Relative paths start from the data directory; <c>:memory:</c> keeps nothing.</summary>
    public static IStateStore Create(ComponentSpec spec, string dataDirectory, TimeProvider clock)
    {
        var connection = spec.RequiredText("connectionString", "url");
        if (connection is ":memory:" or "file::memory:")
            return new InMemoryStateStore(clock);
        var path = connection.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? connection["file:".Length..] : connection;
        if (path.Contains('?', StringComparison.Ordinal))
            throw spec.Complain("connectionString must be a plain file path or ':memory:' for the embedded sidecar");
        return new SqliteStateStore(spec, Path.GetFullPath(path, Path.GetFullPath(dataDirectory)), clock);
    }

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            var connection = Connect();
            _schema.Create(connection);
            _writer = new SqliteGroupWriter(connection, _schema, _clock);
        }
        catch (Exception unusable) when (unusable is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw _spec.Complain($"database file '{_file}' cannot be opened: {unusable.Message}", unusable);
        }

        var cleanupInterval = _spec.Duration("cleanupInterval", Timeout.InfiniteTimeSpan);
        if (cleanupInterval > TimeSpan.Zero)
            _cleanup = _clock.CreateTimer(_ => _writer.RemoveExpired(), null, cleanupInterval, cleanupInterval);
        return Task.CompletedTask;
    }

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(Read(reader => reader.Get(key, _clock.GetUtcNow())));

    public Task<IReadOnlyList<StoredValue?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        Task.FromResult(Read(reader => reader.GetMany(keys, _clock.GetUtcNow())));

    public Task<WriteOutcome> WriteAsync(StateWrite write, CancellationToken cancellationToken) => TransactAsync([write], cancellationToken);

    public Task<WriteOutcome> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken) =>
        (_writer ?? throw new StateStoreException("the database is not open")).EnqueueAsync(writes).WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_cleanup is not null)
            await _cleanup.DisposeAsync();
        if (_writer is not null)
            await _writer.DisposeAsync();
        while (_idleReaders.TryTake(out var reader))
            reader.Dispose();
    }

    private TResult Read<TResult>(Func<SqliteReader, TResult> read)
    {
        try
        {
            if (!_idleReaders.TryTake(out var reader))
                reader = new SqliteReader(Connect(), _schema);
            var result = read(reader);
            _idleReaders.Add(reader);
            return result;
        }
        catch (SqliteException failure)
        {
            throw new StateStoreException($"SQLite error {failure.SqliteExtendedErrorCode}", failure);
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _file,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(_busyTimeout.TotalSeconds),
        }.ToString());
        connection.Open();
        return connection;
    }
}
