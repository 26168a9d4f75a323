using System.Text.Json;
using System.Text.Json.Serialization;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>One subscription of the application, wherever it was declared.</summary>
internal sealed record Subscription(
    string PubSub,
    string Topic,
    string Route,
    string? DeadLetterTopic,
    IReadOnlyDictionary<string, string> Metadata,
    SubscriptionSource Source)
{
    public bool IsRaw => PubSubBlock.IsRaw(Metadata);

    public static Subscription From(SubscriptionManifest manifest) =>
        new(manifest.PubSub, manifest.Topic, manifest.Route, manifest.DeadLetterTopic, manifest.Metadata, SubscriptionSource.Declarative);
}

internal enum SubscriptionSource
{
    Declarative,
    Programmatic,
    Streaming,
}

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

    /// <summary>Null: the embedded sidecar cannot serve it, for the reason given.</summary>
    public Subscription? ToSubscription(out string? problem)
    {
        problem = this switch
        {
            { PubSubName: null or "" } or { Topic: null or "" } => "it lacks pubsubname or topic",
            { Routes.Rules.Length: > 0 } => "CEL routing rules are not supported by the embedded sidecar",
            { BulkSubscribe.Enabled: true } => "bulk subscriptions are not supported by the embedded sidecar",
            { Route: null or "", Routes: null or { Default: null or "" } } => "it has no route",
            _ => null,
        };
        return problem is not null
            ? null
            : new Subscription(PubSubName!, Topic!, Routes?.Default is { Length: > 0 } route ? route : Route!, DeadLetterTopic, Metadata ?? [], SubscriptionSource.Programmatic);
    }
}

internal sealed record DiscoveredRoutes(DiscoveredRule[]? Rules, string? Default);

internal sealed record DiscoveredRule(string? Match, string? Path);

internal sealed record DiscoveredBulk(bool Enabled);
