using System.Text.Json;

namespace SmsDapr.Sidecar.PubSub.Routing;

/// <summary>Where events go that meet a condition; without one: all that get here.</summary>
internal sealed record RoutingRule(EventCondition? Match, string Path);

/// <summary>A subscription's rules in order; the default comes last.</summary>
internal sealed class TopicRoutes(IReadOnlyList<RoutingRule> rules)
{
    public IReadOnlyList<RoutingRule> Rules => rules;

    public static TopicRoutes To(string path) => new([new RoutingRule(null, path)]);

    /// <summary>The path of the first rule that holds; null: the event goes nowhere.</summary>
    /// <exception cref="ConditionException">A rule has no answer for this event.</exception>
    public string? Find(JsonElement cloudEvent) => rules.FirstOrDefault(rule => rule.Match?.Holds(cloudEvent) ?? true)?.Path;
}
