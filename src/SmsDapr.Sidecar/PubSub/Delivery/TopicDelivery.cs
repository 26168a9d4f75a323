using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>The way of one message from the broker to a subscriber: admission, retries, dead letter topic.</summary>
internal sealed partial class TopicDelivery(EventAdmission admission, DeadLetters deadLetters, InboundRetries retries, ILogger<TopicDelivery> logger)
{
    /// <summary>True: dealt with for good. False: the broker may deliver it again, where it can.</summary>
    public async Task<bool> DeliverAsync(Subscription subscription, BrokerMessage message, EventSink sink, WorkUnit work, CancellationToken cancellationToken)
    {
        var (topicEvent, done) = await admission.AdmitAsync(subscription, message, cancellationToken);
        if (topicEvent is null)
            return done;
        var outcome = await retries.RunAsync(subscription.PubSub, work, cancellation => sink(subscription, topicEvent, cancellation), cancellationToken);
        if (outcome == DeliveryOutcome.Success)
            return true;
        Undelivered(subscription.PubSub, subscription.Topic, outcome);
        return await deadLetters.BuryAsync(subscription, message, acknowledgedAnyway: outcome == DeliveryOutcome.Drop, cancellationToken);
    }

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "An event on {PubSub}/{Topic} was not delivered: {Outcome}")]
    private partial void Undelivered(string pubSub, string topic, DeliveryOutcome outcome);
}
