using System.Text.Json;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>A message as the subscriber gets it.</summary>
internal sealed record TopicEvent(BrokerMessage Message, ReadOnlyMemory<byte> Body, JsonElement Attributes, string Path)
{
    public string? Attribute(string name) =>
        Attributes.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Brings one event to one subscriber and says what became of it.</summary>
internal delegate Task<DeliveryOutcome> EventSink(Subscription subscription, TopicEvent topicEvent, CancellationToken cancellationToken);
