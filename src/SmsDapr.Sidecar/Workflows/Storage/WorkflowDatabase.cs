using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace SmsDapr.Sidecar.Workflows.Storage;

/// <summary>
/// The tables behind the engine, used by its one thread only. Nothing here commits by itself: the engine groups what many
/// calls changed into one transaction and answers them after it.
/// </summary>
internal sealed partial class WorkflowDatabase : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS instances (
          key INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          status INTEGER NOT NULL,
          generation INTEGER NOT NULL,
          turns INTEGER NOT NULL,
          custom_status TEXT,
          created INTEGER NOT NULL,
          updated INTEGER NOT NULL,
          held_until INTEGER,
          parent_key INTEGER,
          parent_generation INTEGER);
        CREATE TABLE IF NOT EXISTS history (
          instance INTEGER NOT NULL, turn INTEGER NOT NULL, events BLOB NOT NULL,
          PRIMARY KEY (instance, turn)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS inbox (
          instance INTEGER NOT NULL, sequence INTEGER NOT NULL, events BLOB NOT NULL,
          PRIMARY KEY (instance, sequence)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS activities (
          instance INTEGER NOT NULL, generation INTEGER NOT NULL, task INTEGER NOT NULL, request BLOB NOT NULL,
          PRIMARY KEY (instance, generation, task)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS timers (
          due INTEGER NOT NULL, instance INTEGER NOT NULL, generation INTEGER NOT NULL, timer INTEGER NOT NULL, nanoseconds INTEGER NOT NULL,
          PRIMARY KEY (due, instance, generation, timer)) WITHOUT ROWID;
        """;

    private const int SecondsForThePreviousOwnerToEnd = 3;

    private readonly SqliteConnection _connection;
    private readonly List<Statement> _statements = [];
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;

    public WorkflowDatabase(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = SecondsForThePreviousOwnerToEnd,
        }.ConnectionString);
        try
        {
            _connection.Open();
            // One sidecar per data directory: a second one fails instead of running the same workflows again.
            Run("PRAGMA locking_mode = EXCLUSIVE");
            Run("PRAGMA journal_mode = WAL");
        }
        catch (SqliteException error)
        {
            _connection.Dispose();
            throw new IOException($"The workflow store '{path}' cannot be opened, perhaps because another sidecar uses it: {error.Message}", error);
        }

        // What is acknowledged has reached the disk: FULL syncs the log on every commit, one commit answers many calls.
        Run("PRAGMA synchronous = FULL");
        Run("PRAGMA cache_size = -16384");
        Run(Schema);

        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        PrepareInstances();
        PrepareWork();
    }

    public void Begin() => _begin.Execute();

    public void Commit() => _commit.Execute();

    /// <summary>Undoes the open transaction, if SQLite has not done so itself, and makes every statement usable again.</summary>
    public void Rollback()
    {
        foreach (var statement in _statements)
            statement.Reset();
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            _rollback.Execute();
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }

    private static long? Ticks(DateTime? time) => time?.Ticks;

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
