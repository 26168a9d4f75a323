namespace SmsDapr.Simulators.Twilio.Behaviours;

internal enum Operation
{
    Create,
    Read,
    Any,
}

/// <summary>A scripted behaviour: which requests it is for, how many of them, and what they meet.</summary>
internal sealed record PlanRule
{
    public Operation Operation { get; init; }

    /// <summary>E.164; null: any recipient. Only a create request has a recipient.</summary>
    public string? To { get; init; }

    public string? BodyContains { get; init; }

    /// <summary>Requests that it holds for; null: until it is deleted.</summary>
    public int? Times { get; init; }

    /// <summary>Matching requests that pass before it begins to hold.</summary>
    public int Skip { get; init; }

    /// <summary>The name of a magic number whose behaviour is meant; or <see cref="Behaviour"/>.</summary>
    public string? Named { get; init; }

    public Behaviour? Behaviour { get; init; }

    public string? Problem()
    {
        if ((Named is null) == (Behaviour is null))
            return "Exactly one of named and behaviour is needed.";
        if (Named is not null && MagicNumbers.Named(Named) is null)
            return "named is not the name of a magic number.";
        if (Times < 1 || Skip < 0)
            return "times must be at least 1 and skip at least 0.";
        if (Operation == Operation.Read && (To is not null || BodyContains is not null))
            return "A rule for reads cannot have to or bodyContains.";
        return Behaviour?.Problem();
    }
}

/// <summary>Rules in force, first match wins. They are gone after a restart.</summary>
internal sealed class Plans
{
    private readonly Lock _gate = new();
    private readonly List<PlanRule> _rules = [];

    public IReadOnlyList<PlanRule> Rules
    {
        get
        {
            lock (_gate)
                return [.. _rules];
        }
    }

    public void Add(IEnumerable<PlanRule> rules)
    {
        lock (_gate)
            _rules.AddRange(rules);
    }

    public void Clear()
    {
        lock (_gate)
            _rules.Clear();
    }

    /// <summary>Uses up one time of the first rule for this request; null when none applies.</summary>
    public Behaviour? Take(Operation operation, string? to = null, string? body = null)
    {
        lock (_gate)
        {
            var index = _rules.FindIndex(rule =>
                (rule.Operation == operation || rule.Operation == Operation.Any)
                && (rule.To is null || rule.To == to)
                && (rule.BodyContains is null || body?.Contains(rule.BodyContains, StringComparison.Ordinal) == true));
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
            return rule.Behaviour ?? MagicNumbers.Named(rule.Named!)!.Behaviour;
        }
    }
}
