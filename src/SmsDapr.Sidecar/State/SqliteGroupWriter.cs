using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace SmsDapr.Sidecar.State;

/// <summary>
/// The only writer. It takes whatever has queued up, runs it in one database transaction and acknowledges after the commit.
/// Each caller's writes stand or fall on their own: a savepoint undoes a refused group without touching its neighbours.
/// </summary>
internal sealed class SqliteGroupWriter : IAsyncDisposable
{
    private const int MaxGroup = 256;

    private readonly Channel<PendingWrites> _queue = Channel.CreateUnbounded<PendingWrites>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<PendingWrites> _group = new(MaxGroup);
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;
    private readonly TimeProvider _clock;
    private readonly Task _loop;

    public SqliteGroupWriter(SqliteConnection connection, SqliteSchema schema, TimeProvider clock)
    {
        _connection = connection;
        _statements = new SqliteStatements(connection, schema);
        _clock = clock;
        _loop = Task.Run(RunAsync);
    }

    public Task<WriteOutcome> EnqueueAsync(IReadOnlyList<StateWrite> writes)
    {
        var pending = new PendingWrites(writes);
        if (!_queue.Writer.TryWrite(pending))
            pending.Fail(new StateStoreException("the database is closed"));
        return pending.Outcome;
    }

    /// <summary>Expired rows already count as absent; this only frees their space.</summary>
    public void RemoveExpired() => _queue.Writer.TryWrite(new PendingWrites([]) { RemovesExpired = true });

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        _statements.Dispose();
        await _connection.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            _group.Clear();
            while (_group.Count < MaxGroup && _queue.Reader.TryRead(out var pending))
                _group.Add(pending);
            Commit();
        }
    }

    private void Commit()
    {
        try
        {
            _statements.Begin();
            var now = _clock.GetUtcNow();
            foreach (var pending in _group)
                pending.Result = Apply(pending, now);
            _statements.Commit();
        }
        catch (SqliteException failure)
        {
            var error = new StateStoreException($"SQLite error {failure.SqliteExtendedErrorCode}", failure);
            _statements.RollbackIfOpen();
            foreach (var pending in _group)
                pending.Fail(error);
            return;
        }

        foreach (var pending in _group)
            pending.Acknowledge();
    }

    private WriteOutcome Apply(PendingWrites pending, DateTimeOffset now)
    {
        if (pending.RemovesExpired)
            _statements.RemoveExpired(now);
        if (pending.Writes.Count == 1)
            return _statements.Apply(pending.Writes[0], now) ? WriteOutcome.Written : WriteOutcome.ETagMismatch;

        _statements.Savepoint();
        var applied = pending.Writes.All(write => _statements.Apply(write, now));
        if (!applied)
            _statements.RollbackToSavepoint();
        _statements.ReleaseSavepoint();
        return applied ? WriteOutcome.Written : WriteOutcome.ETagMismatch;
    }

    private sealed class PendingWrites(IReadOnlyList<StateWrite> writes)
    {
        private readonly TaskCompletionSource<WriteOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<StateWrite> Writes => writes;

        public bool RemovesExpired { get; init; }

        public WriteOutcome Result { get; set; }

        public Task<WriteOutcome> Outcome => _done.Task;

        public void Acknowledge() => _done.TrySetResult(Result);

        public void Fail(StateStoreException error) => _done.TrySetException(error);
    }
}
