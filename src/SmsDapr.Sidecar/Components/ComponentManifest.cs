using SmsDapr.Sidecar.PubSub;
using SmsDapr.Sidecar.PubSub.Routing;

namespace SmsDapr.Sidecar.Components;

/// <summary>A component file's document, before secrets are looked up.</summary>
internal sealed record ComponentManifest(
    string Name,
    string Type,
    string Version,
    IReadOnlyList<MetadataEntry> Metadata,
    string? SecretStore,
    bool IgnoreErrors,
    TimeSpan InitTimeout,
    string File);

/// <summary>One metadata item: exactly one of a value, a secret or an environment variable.</summary>
internal sealed record MetadataEntry(string Name, string? Value, SecretKeyReference? SecretKeyRef, string? EnvRef);

internal sealed record SecretKeyReference(string Name, string Key);

internal sealed record SubscriptionManifest(
    string PubSub,
    string Topic,
    TopicRoutes Routes,
    string? DeadLetterTopic,
    IReadOnlyDictionary<string, string> Metadata,
    BulkWindow? Bulk);

/// <summary>Inbound retry of one pub/sub component or binding, from a Resiliency document.</summary>
internal sealed record RetryPolicy(bool Exponential, TimeSpan Duration, TimeSpan MaxInterval, int MaxRetries);

internal sealed record Resources(
    IReadOnlyList<ComponentManifest> Components,
    IReadOnlyList<SubscriptionManifest> Subscriptions,
    IReadOnlyDictionary<string, RetryPolicy> InboundRetries);
