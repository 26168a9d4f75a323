using NodaTime;
using SmsDapr.Core.Sending;

namespace SmsDapr.Service.Messages;

/// <summary>Why a message will or will not go out.</summary>
public sealed record ExplanationView(SendOutcome Outcome, Instant SendAt, IReadOnlyList<CheckView> Checks)
{
    internal static ExplanationView Of(SendExplanation explanation) =>
        new(explanation.Outcome, explanation.SendAt, [.. explanation.Checks.Select(check => new CheckView(check.Rule, check.Passed, check.Detail))]);
}

/// <summary>What one rule says.</summary>
public sealed record CheckView(string Rule, bool Passed, string Detail);
