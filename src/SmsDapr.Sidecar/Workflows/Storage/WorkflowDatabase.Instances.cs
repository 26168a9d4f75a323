using System.Diagnostics.CodeAnalysis;
using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Workflows.Storage;

/// <summary>Instances and their history.</summary>
internal sealed partial class WorkflowDatabase
{
    private const string InstanceColumns =
        "key, id, name, status, generation, turns, custom_status, created, updated, held_until, parent_key, parent_generation";

    private Statement _insertInstance;
    private Statement _updateInstance;
    private Statement _instanceById;
    private Statement _instanceByKey;
    private Statement _instancesAfter;
    private Statement _insertHistory;
    private Statement _history;
    private Statement _firstHistory;
    private Statement _lastHistory;
    private Statement _deleteHistory;
    private Statement[] _deleteInstance;

    [MemberNotNull(nameof(_insertInstance), nameof(_updateInstance), nameof(_instanceById), nameof(_instanceByKey), nameof(_instancesAfter),
        nameof(_insertHistory), nameof(_history), nameof(_firstHistory), nameof(_lastHistory), nameof(_deleteHistory), nameof(_deleteInstance))]
    private void PrepareInstances()
    {
        _insertInstance = Prepare("""
            INSERT INTO instances (id, name, status, generation, turns, custom_status, created, updated, held_until, parent_key, parent_generation)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """);
        _updateInstance = Prepare("""
            UPDATE instances SET status = ?, generation = ?, turns = ?, custom_status = ?, created = ?, updated = ?, held_until = ? WHERE key = ?
            """);
        _instanceById = Prepare($"SELECT {InstanceColumns} FROM instances WHERE id = ?");
        _instanceByKey = Prepare($"SELECT {InstanceColumns} FROM instances WHERE key = ?");
        _instancesAfter = Prepare("SELECT key, id FROM instances WHERE key > ? ORDER BY key LIMIT ?");
        _insertHistory = Prepare("INSERT INTO history (instance, turn, events) VALUES (?, ?, ?)");
        _history = Prepare("SELECT events FROM history WHERE instance = ? ORDER BY turn");
        _firstHistory = Prepare("SELECT events FROM history WHERE instance = ? ORDER BY turn LIMIT 1");
        _lastHistory = Prepare("SELECT events FROM history WHERE instance = ? ORDER BY turn DESC LIMIT 1");
        _deleteHistory = Prepare("DELETE FROM history WHERE instance = ?");
        _deleteInstance =
        [
            Prepare("DELETE FROM instances WHERE key = ?"),
            _deleteHistory,
            Prepare("DELETE FROM inbox WHERE instance = ?"),
            Prepare("DELETE FROM activities WHERE instance = ?"),
        ];
    }

    public long Insert(InstanceRow row)
    {
        _insertInstance
            .With(row.Id).With(row.Name).With((int)row.Status).With(row.Generation).With(row.Turns).With(row.CustomStatus)
            .With(row.Created.Ticks).With(row.Updated.Ticks).With(Ticks(row.HeldUntil))
            .With(row.Parent?.Key).With((long?)row.Parent?.Generation)
            .Execute();
        return _insertInstance.LastInsertedKey;
    }

    public void Update(InstanceRow row) =>
        _updateInstance
            .With((int)row.Status).With(row.Generation).With(row.Turns).With(row.CustomStatus)
            .With(row.Created.Ticks).With(row.Updated.Ticks).With(Ticks(row.HeldUntil)).With(row.Key)
            .Execute();

    public InstanceRow? Find(string id) => ReadInstance(_instanceById.With(id));

    public InstanceRow? Find(long key) => ReadInstance(_instanceByKey.With(key));

    public List<(long Key, string Id)> InstancesAfter(long key, int limit)
    {
        var rows = new List<(long, string)>();
        _instancesAfter.With(key).With(limit);
        while (_instancesAfter.Read())
            rows.Add((_instancesAfter.Int64(0), _instancesAfter.Text(1)));
        return rows;
    }

    /// <summary>Removes the instance and all that belongs to it, except timers: those are removed one by one, being kept by due time.</summary>
    public void Delete(long key)
    {
        foreach (var statement in _deleteInstance)
            statement.With(key).Execute();
    }

    /// <summary>Events are encoded as <c>WorkflowRequest.pastEvents</c>, so that rows laid end to end are the history as a worker reads it.</summary>
    public void AppendHistory(long instance, int turn, ReadOnlySpan<byte> events) => _insertHistory.With(instance).With(turn).With(events).Execute();

    public void DeleteHistory(long instance) => _deleteHistory.With(instance).Execute();

    public List<byte[]> History(long instance)
    {
        var rows = new List<byte[]>();
        _history.With(instance);
        while (_history.Read())
            rows.Add(_history.Blob(0));
        return rows;
    }

    public byte[]? FirstHistory(long instance) => SingleBlob(_firstHistory.With(instance));

    public byte[]? LastHistory(long instance) => SingleBlob(_lastHistory.With(instance));

    private static byte[]? SingleBlob(Statement statement)
    {
        var blob = statement.Read() ? statement.Blob(0) : null;
        statement.Reset();
        return blob;
    }

    private static InstanceRow? ReadInstance(Statement row)
    {
        InstanceRow? instance = null;
        if (row.Read())
        {
            instance = new InstanceRow(
                row.Int64(0), row.Text(1), row.Text(2), (OrchestrationStatus)row.Int32(3), row.Int32(4), row.Int32(5), row.NullableText(6),
                Time(row.Int64(7)), Time(row.Int64(8)), row.NullableInt64(9) is { } held ? Time(held) : null,
                row.NullableInt64(10) is { } parent ? new ParentLink(parent, row.Int32(11)) : null);
        }

        row.Reset();
        return instance;
    }
}
