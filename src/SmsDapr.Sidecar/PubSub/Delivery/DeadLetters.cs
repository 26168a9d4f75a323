using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.PubSub.Delivery;

/// <summary>Publishes what could not be delivered to the subscription's dead letter topic.</summary>
internal sealed partial class DeadLetters(PubSubBlock pubSub, ILogger<DeadLetters> logger)
{
    /// <summary>True: the message is dealt with, either there or because <paramref name="acknowledgedAnyway"/>.</summary>
    public async Task<bool> BuryAsync(Subscription subscription, BrokerMessage message, bool acknowledgedAnyway, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(subscription.DeadLetterTopic))
            return acknowledgedAnyway;
        try
        {
            var bus = pubSub.Find(subscription.PubSub, subscription.DeadLetterTopic).Bus;
            await bus.PublishAsync(subscription.DeadLetterTopic, message, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is BrokerException or DaprErrorException)
        {
            NotBuried(failure, subscription.PubSub, subscription.DeadLetterTopic);
            return false;
        }
    }

    [LoggerMessage(EventId = 303, Level = LogLevel.Error, Message = "An undelivered event could not be published to dead letter topic {PubSub}/{Topic}")]
    private partial void NotBuried(Exception exception, string pubSub, string topic);
}
