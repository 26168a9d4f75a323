using System.Globalization;
using System.Text.Json;
using SmsDapr.Sidecar.PubSub.Routing;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>What a message is before anyone gets it: an event with a way to the application, or nothing that can be delivered.</summary>
internal sealed partial class EventAdmission(DeadLetters deadLetters, TimeProvider clock, ILogger<EventAdmission> logger)
{
    /// <summary>The event, or null and whether the message has been dealt with for good.</summary>
    public async Task<(TopicEvent? Event, bool Done)> AdmitAsync(Subscription subscription, BrokerMessage message, CancellationToken cancellationToken)
    {
        if (Read(subscription, message) is not { } read)
        {
            NotAnEvent(subscription.PubSub, subscription.Topic);
            return (null, await deadLetters.BuryAsync(subscription, message, acknowledgedAnyway: false, cancellationToken));
        }

        if (HasExpired(read))
        {
            Expired(subscription.PubSub, subscription.Topic);
            return (null, await deadLetters.BuryAsync(subscription, message, acknowledgedAnyway: true, cancellationToken));
        }

        try
        {
            if (subscription.Routes.Find(read.Attributes) is { } path)
                return (read with { Path = path }, false);
            NoRoute(subscription.PubSub, subscription.Topic);
            return (null, await deadLetters.BuryAsync(subscription, message, acknowledgedAnyway: true, cancellationToken));
        }
        catch (ConditionException unanswered)
        {
            RouteUnknown(subscription.PubSub, subscription.Topic, unanswered.Message);
            return (null, await deadLetters.BuryAsync(subscription, message, acknowledgedAnyway: false, cancellationToken));
        }
    }

    private static TopicEvent? Read(Subscription subscription, BrokerMessage message)
    {
        var body = subscription.IsRaw ? CloudEvents.WrapRaw(subscription.PubSub, subscription.Topic, message.Data) : message.Data;
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? new TopicEvent(message, body, document.RootElement.Clone(), "") : null;
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

    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "A message on {PubSub}/{Topic} is no CloudEvent")]
    private partial void NotAnEvent(string pubSub, string topic);

    [LoggerMessage(EventId = 301, Level = LogLevel.Warning, Message = "An event on {PubSub}/{Topic} has expired")]
    private partial void Expired(string pubSub, string topic);

    [LoggerMessage(EventId = 304, Level = LogLevel.Warning, Message = "No rule of the subscription to {PubSub}/{Topic} takes this event")]
    private partial void NoRoute(string pubSub, string topic);

    [LoggerMessage(EventId = 305, Level = LogLevel.Error, Message = "The rules of the subscription to {PubSub}/{Topic} have no answer for an event: {Problem}")]
    private partial void RouteUnknown(string pubSub, string topic, string problem);
}
