using System.Net;
using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Finds out what the application subscribes to, and keeps those subscriptions while it runs.</summary>
internal sealed partial class Subscriptions(
    ComponentRegistry components,
    AppChannel app,
    SubscriptionBook book,
    HttpEventSink sink,
    ILogger<Subscriptions> logger) : IAppListener, IMetadataSource
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var declared = components.Resources.Subscriptions.Select(Subscription.From);
        var discovered = components.OfType<PubSubComponent>().Any() ? await DiscoverAsync(cancellationToken) : [];
        foreach (var subscription in declared.Concat(discovered))
        {
            if (book.Has(subscription.PubSub, subscription.Topic))
                Duplicate(subscription.PubSub, subscription.Topic);
            else
                await book.OpenAsync(subscription, sink.DeliverAsync, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => book.CloseAllAsync(cancellationToken);

    public void Describe(GetMetadataResponse metadata)
    {
        foreach (var subscription in book.Current)
        {
            var described = new PubsubSubscription
            {
                PubsubName = subscription.PubSub,
                Topic = subscription.Topic,
                DeadLetterTopic = subscription.DeadLetterTopic ?? "",
                Rules = new PubsubSubscriptionRules(),
                Type = subscription.Source switch
                {
                    SubscriptionSource.Declarative => PubsubSubscriptionType.Declarative,
                    SubscriptionSource.Programmatic => PubsubSubscriptionType.Programmatic,
                    _ => PubsubSubscriptionType.Streaming,
                },
            };
            described.Rules.Rules.Add(new PubsubSubscriptionRule { Path = subscription.Route });
            foreach (var (key, value) in subscription.Metadata)
                described.Metadata.Add(key, value);
            metadata.Subscriptions.Add(described);
        }
    }

    private async Task<List<Subscription>> DiscoverAsync(CancellationToken cancellationToken)
    {
        using var response = await app.SendAsync(HttpMethod.Get, "dapr/subscribe", null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return [];
        if (!response.IsSuccessStatusCode)
        {
            DiscoveryRefused((int)response.StatusCode);
            return [];
        }

        try
        {
            return [.. Accept(await DiscoveredSubscription.ReadAsync(response.Content, cancellationToken))];
        }
        catch (JsonException malformed)
        {
            DiscoveryMalformed(malformed);
            return [];
        }
    }

    private IEnumerable<Subscription> Accept(IEnumerable<DiscoveredSubscription> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.ToSubscription(out var problem) is { } subscription)
                yield return subscription;
            else
                NotServed(entry.PubSubName, entry.Topic, problem);
        }
    }

    [LoggerMessage(EventId = 320, Level = LogLevel.Warning, Message = "{PubSub}/{Topic} is subscribed to twice; the first subscription counts")]
    private partial void Duplicate(string pubSub, string topic);

    [LoggerMessage(EventId = 321, Level = LogLevel.Error, Message = "The application answered /dapr/subscribe with {Status}; it has no programmatic subscriptions")]
    private partial void DiscoveryRefused(int status);

    [LoggerMessage(EventId = 322, Level = LogLevel.Error, Message = "The application's answer to /dapr/subscribe cannot be read")]
    private partial void DiscoveryMalformed(Exception exception);

    [LoggerMessage(EventId = 323, Level = LogLevel.Error, Message = "The subscription to {PubSub}/{Topic} is left out: {Problem}")]
    private partial void NotServed(string? pubSub, string? topic, string? problem);
}
