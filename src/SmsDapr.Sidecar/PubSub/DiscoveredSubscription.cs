using System.Text.Json;
using System.Text.Json.Serialization;
using SmsDapr.Sidecar.PubSub.Routing;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>An entry of the application's answer to <c>GET /dapr/subscribe</c>.</summary>
internal sealed record DiscoveredSubscription(
    [property: JsonPropertyName("pubsubname")] string? PubSubName,
    string? Topic,
    string? Route,
    DiscoveredRoutes? Routes,
    string? DeadLetterTopic,
    Dictionary<string, string>? Metadata,
    DiscoveredBulk? BulkSubscribe)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task<DiscoveredSubscription[]> ReadAsync(HttpContent content, CancellationToken cancellationToken) =>
        await content.ReadFromJsonAsync<DiscoveredSubscription[]>(Json, cancellationToken) ?? [];

    /// <exception cref="FormatException">The embedded sidecar cannot serve it; the message says why.</exception>
    public Subscription ToSubscription()
    {
        if (string.IsNullOrEmpty(PubSubName) || string.IsNullOrEmpty(Topic))
            throw new FormatException("it lacks pubsubname or topic");
        List<RoutingRule> rules = [.. (Routes?.Rules ?? []).Select(rule => rule.ToRule())];
        if ((Routes?.Default is { Length: > 0 } otherwise ? otherwise : Route) is { Length: > 0 } path)
            rules.Add(new RoutingRule(null, path));
        if (rules.Count == 0)
            throw new FormatException("it has no route");
        return new Subscription(PubSubName, Topic, new TopicRoutes(rules), DeadLetterTopic, Metadata ?? [], SubscriptionSource.Programmatic, BulkSubscribe?.ToWindow());
    }
}

internal sealed record DiscoveredRoutes(DiscoveredRule[]? Rules, string? Default);

internal sealed record DiscoveredRule(string? Match, string? Path)
{
    /// <summary>A rule without a condition always holds.</summary>
    public RoutingRule ToRule() => new(string.IsNullOrWhiteSpace(Match) ? null : ParseMatch(Match), Path ?? "");

    private static EventCondition ParseMatch(string match)
    {
        try
        {
            return EventCondition.Parse(match);
        }
        catch (FormatException malformed)
        {
            throw new FormatException($"match '{match}' {malformed.Message}", malformed);
        }
    }
}

internal sealed record DiscoveredBulk(bool Enabled, int MaxMessagesCount = 0, int MaxAwaitDurationMs = 0)
{
    public BulkWindow? ToWindow() => Enabled ? BulkWindow.Of(MaxMessagesCount, MaxAwaitDurationMs) : null;
}
