namespace SmsDapr.Simulators.GoogleCalendar.Behaviours;

/// <summary>One call as it was answered; <paramref name="Status"/> is null when it was cut or hung.</summary>
internal sealed record CallSeen(DateTimeOffset At, CalendarCall Call, string? CalendarId, int? Status, bool Incremental);

/// <summary>Scripted failures and the calls that came. Both are gone after a restart.</summary>
internal sealed class CallPlans
{
    private const int KeptCalls = 10_000;

    private readonly Lock _gate = new();
    private readonly List<CallRule> _rules = [];
    private readonly Dictionary<CalendarCall, int> _counts = [];
    private readonly Queue<CallSeen> _calls = new();

    public IReadOnlyList<CallRule> Rules
    {
        get
        {
            lock (_gate)
                return [.. _rules];
        }
    }

    public void Add(IEnumerable<CallRule> rules)
    {
        lock (_gate)
            _rules.AddRange(rules);
    }

    public void Clear()
    {
        lock (_gate)
            _rules.Clear();
    }

    /// <summary>Uses up one time of the first rule for this call; null when none applies.</summary>
    public CallRule? Take(CalendarCall call, string? calendarId)
    {
        lock (_gate)
        {
            var index = _rules.FindIndex(rule =>
                (rule.Call == call || rule.Call == CalendarCall.Any) && (rule.CalendarId is null || rule.CalendarId == calendarId));
            if (index < 0)
                return null;
            var rule = _rules[index];
            if (rule.Skip > 0)
            {
                _rules[index] = rule with { Skip = rule.Skip - 1 };
                return null;
            }

            if (rule.Times == 1)
                _rules.RemoveAt(index);
            else
                _rules[index] = rule with { Times = rule.Times - 1 };
            return rule;
        }
    }

    public void Saw(CallSeen call)
    {
        lock (_gate)
        {
            _counts[call.Call] = _counts.GetValueOrDefault(call.Call) + 1;
            _calls.Enqueue(call);
            if (_calls.Count > KeptCalls)
                _calls.Dequeue();
        }
    }

    public (IReadOnlyDictionary<CalendarCall, int> Counts, IReadOnlyList<CallSeen> Calls) Seen()
    {
        lock (_gate)
            return (new Dictionary<CalendarCall, int>(_counts), [.. _calls]);
    }

    public void Forget()
    {
        lock (_gate)
        {
            _counts.Clear();
            _calls.Clear();
        }
    }
}
