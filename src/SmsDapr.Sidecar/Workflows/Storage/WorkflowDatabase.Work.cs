using System.Diagnostics.CodeAnalysis;

namespace SmsDapr.Sidecar.Workflows.Storage;

/// <summary>What is still to be done: events for the next turn, activities without a result, timers.</summary>
internal sealed partial class WorkflowDatabase
{
    private Statement _insertInbox;
    private Statement _inbox;
    private Statement _deleteInbox;
    private Statement _inboxSummary;
    private Statement _insertActivity;
    private Statement _deleteActivity;
    private Statement _activity;
    private Statement _anyActivity;
    private Statement _activities;
    private Statement _insertTimer;
    private Statement _deleteTimer;
    private Statement _dueTimers;
    private Statement _nextTimer;

    [MemberNotNull(nameof(_insertInbox), nameof(_inbox), nameof(_deleteInbox), nameof(_inboxSummary), nameof(_insertActivity),
        nameof(_deleteActivity), nameof(_activity), nameof(_anyActivity), nameof(_activities), nameof(_insertTimer), nameof(_deleteTimer),
        nameof(_dueTimers), nameof(_nextTimer))]
    private void PrepareWork()
    {
        _insertInbox = Prepare("INSERT INTO inbox (instance, sequence, events) VALUES (?, ?, ?)");
        _inbox = Prepare("SELECT sequence, events FROM inbox WHERE instance = ? ORDER BY sequence");
        _deleteInbox = Prepare("DELETE FROM inbox WHERE instance = ? AND sequence <= ?");
        _inboxSummary = Prepare("""
            SELECT i.instance, max(i.sequence), n.held_until FROM inbox i JOIN instances n ON n.key = i.instance GROUP BY i.instance
            """);
        _insertActivity = Prepare("INSERT OR REPLACE INTO activities (instance, generation, task, request) VALUES (?, ?, ?, ?)");
        _deleteActivity = Prepare("DELETE FROM activities WHERE instance = ? AND generation = ? AND task = ?");
        _activity = Prepare("SELECT request FROM activities WHERE instance = ? AND generation = ? AND task = ?");
        _anyActivity = Prepare("SELECT 1 FROM activities WHERE instance = ? LIMIT 1");
        _activities = Prepare("SELECT instance, generation, task FROM activities");
        _insertTimer = Prepare("INSERT OR REPLACE INTO timers (due, instance, generation, timer, nanoseconds) VALUES (?, ?, ?, ?, ?)");
        _deleteTimer = Prepare("DELETE FROM timers WHERE due = ? AND instance = ? AND generation = ? AND timer = ?");
        _dueTimers = Prepare("SELECT due, instance, generation, timer, nanoseconds FROM timers WHERE due <= ? ORDER BY due, instance LIMIT ?");
        _nextTimer = Prepare("SELECT due FROM timers ORDER BY due LIMIT 1");
    }

    public void AddToInbox(long instance, long sequence, ReadOnlySpan<byte> events) =>
        _insertInbox.With(instance).With(sequence).With(events).Execute();

    public List<InboxRow> Inbox(long instance)
    {
        var rows = new List<InboxRow>();
        _inbox.With(instance);
        while (_inbox.Read())
            rows.Add(new InboxRow(_inbox.Int64(0), _inbox.Blob(1)));
        return rows;
    }

    public void DeleteInbox(long instance, long upToSequence) => _deleteInbox.With(instance).With(upToSequence).Execute();

    /// <summary>Every instance with something in its inbox, with the highest sequence number and the time until which it is held back.</summary>
    public IEnumerable<(long Instance, long Sequence, DateTime? HeldUntil)> InboxSummary()
    {
        while (_inboxSummary.Read())
            yield return (_inboxSummary.Int64(0), _inboxSummary.Int64(1), _inboxSummary.NullableInt64(2) is { } held ? Time(held) : null);
    }

    public void AddActivity(ActivityKey key, ReadOnlySpan<byte> request) =>
        _insertActivity.With(key.Instance).With(key.Generation).With(key.TaskId).With(request).Execute();

    /// <summary>False: there is no such activity, or its result has been taken already.</summary>
    public bool DeleteActivity(ActivityKey key)
    {
        _deleteActivity.With(key.Instance).With(key.Generation).With(key.TaskId).Execute();
        return _deleteActivity.Changes > 0;
    }

    public byte[]? Activity(ActivityKey key) => SingleBlob(_activity.With(key.Instance).With(key.Generation).With(key.TaskId));

    public bool HasActivities(long instance)
    {
        var any = _anyActivity.With(instance).Read();
        _anyActivity.Reset();
        return any;
    }

    public IEnumerable<ActivityKey> Activities()
    {
        while (_activities.Read())
            yield return new ActivityKey(_activities.Int64(0), _activities.Int32(1), _activities.Int32(2));
    }

    public void Add(TimerRow timer) =>
        _insertTimer.With(timer.Due.Ticks).With(timer.Instance).With(timer.Generation).With(timer.TimerId).With(timer.Nanoseconds).Execute();

    public void Delete(TimerRow timer) =>
        _deleteTimer.With(timer.Due.Ticks).With(timer.Instance).With(timer.Generation).With(timer.TimerId).Execute();

    public List<TimerRow> DueTimers(DateTime now, int limit)
    {
        var rows = new List<TimerRow>();
        _dueTimers.With(now.Ticks).With(limit);
        while (_dueTimers.Read())
            rows.Add(new TimerRow(Time(_dueTimers.Int64(0)), _dueTimers.Int32(4), _dueTimers.Int64(1), _dueTimers.Int32(2), _dueTimers.Int32(3)));
        return rows;
    }

    public DateTime? NextTimer()
    {
        DateTime? next = _nextTimer.Read() ? Time(_nextTimer.Int64(0)) : null;
        _nextTimer.Reset();
        return next;
    }
}
