using System.Globalization;
using System.Text.Json;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Brings one event to one subscriber and says what became of it.</summary>
internal delegate Task<DeliveryOutcome> EventSink(Subscription subscription, TopicEvent topicEvent, CancellationToken cancellationToken);

/// <summary>A message as the subscriber gets it.</summary>
internal sealed record TopicEvent(ReadOnlyMemory<byte> Body, JsonElement Attributes)
{
    public string? Attribute(string name) =>
        Attributes.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The way of a message from the broker to a subscriber: envelope, expiry, retries, dead letter topic.</summary>
internal sealed partial class TopicDelivery(
    PubSubBlock pubSub,
    InboundRetries retries,
    TimeProvider clock,
    ILogger<TopicDelivery> logger)
{
    /// <summary>True: dealt with for good. False: the broker may deliver it again, where it can.</summary>
    public async Task<bool> DeliverAsync(Subscription subscription, ReadOnlyMemory<byte> message, EventSink sink, CancellationToken cancellationToken)
    {
        var topicEvent = Read(subscription, message);
        if (topicEvent is null)
        {
            NotAnEvent(subscription.PubSub, subscription.Topic);
            return await BuryAsync(subscription, message, acknowledgedAnyway: false, cancellationToken);
        }

        if (HasExpired(topicEvent))
        {
            Expired(subscription.PubSub, subscription.Topic);
            return await BuryAsync(subscription, message, acknowledgedAnyway: true, cancellationToken);
        }

        var outcome = await retries.RunAsync(subscription.PubSub, cancellation => sink(subscription, topicEvent, cancellation), cancellationToken);
        if (outcome == DeliveryOutcome.Success)
            return true;
        Undelivered(subscription.PubSub, subscription.Topic, outcome);
        return await BuryAsync(subscription, message, acknowledgedAnyway: outcome == DeliveryOutcome.Drop, cancellationToken);
    }

    private static TopicEvent? Read(Subscription subscription, ReadOnlyMemory<byte> message)
    {
        var body = subscription.IsRaw ? CloudEvents.WrapRaw(subscription.PubSub, subscription.Topic, message) : message;
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? new TopicEvent(body, document.RootElement.Clone()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool HasExpired(TopicEvent topicEvent) =>
        topicEvent.Attribute("expiration") is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiration)
        && expiration < clock.GetUtcNow();

    private async Task<bool> BuryAsync(Subscription subscription, ReadOnlyMemory<byte> message, bool acknowledgedAnyway, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(subscription.DeadLetterTopic))
            return acknowledgedAnyway;
        try
        {
            var bus = pubSub.Find(subscription.PubSub, subscription.DeadLetterTopic).Bus;
            await bus.PublishAsync(subscription.DeadLetterTopic, message, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            NotBuried(failure, subscription.PubSub, subscription.DeadLetterTopic);
            return false;
        }
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "A message on {PubSub}/{Topic} is no CloudEvent")]
    private partial void NotAnEvent(string pubSub, string topic);

    [LoggerMessage(EventId = 301, Level = LogLevel.Warning, Message = "An event on {PubSub}/{Topic} has expired")]
    private partial void Expired(string pubSub, string topic);

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "An event on {PubSub}/{Topic} was not delivered: {Outcome}")]
    private partial void Undelivered(string pubSub, string topic, DeliveryOutcome outcome);

    [LoggerMessage(EventId = 303, Level = LogLevel.Error, Message = "An undelivered event could not be published to dead letter topic {PubSub}/{Topic}")]
    private partial void NotBuried(Exception exception, string pubSub, string topic);
}
