using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.PubSub.Routing;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>One subscription of the application, wherever it was declared.</summary>
internal sealed record Subscription(
    string PubSub,
    string Topic,
    TopicRoutes Routes,
    string? DeadLetterTopic,
    IReadOnlyDictionary<string, string> Metadata,
    SubscriptionSource Source,
    BulkWindow? Bulk = null)
{
    public bool IsRaw => PubSubBlock.IsRaw(Metadata);

    public static Subscription From(SubscriptionManifest manifest) => new(
        manifest.PubSub, manifest.Topic, manifest.Routes, manifest.DeadLetterTopic, manifest.Metadata, SubscriptionSource.Declarative, manifest.Bulk);
}

internal enum SubscriptionSource
{
    Declarative,
    Programmatic,
    Streaming,
}

/// <summary>How many events are delivered in one call, and how long the first of them waits for the others.</summary>
internal sealed record BulkWindow(int Messages, TimeSpan Wait)
{
    private const int DefaultMessages = 100;
    private const int DefaultMilliseconds = 1000;

    /// <summary>Zero and less stand for the default, as in daprd.</summary>
    public static BulkWindow Of(int messages, int milliseconds) => new(
        messages > 0 ? messages : DefaultMessages,
        TimeSpan.FromMilliseconds(milliseconds > 0 ? milliseconds : DefaultMilliseconds));
}
