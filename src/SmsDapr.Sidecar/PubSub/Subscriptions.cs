using System.Net;
using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.PubSub.Delivery;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Finds out what the application subscribes to, and keeps those subscriptions while it runs.</summary>
internal sealed partial class Subscriptions(
    ComponentRegistry components,
    AppChannel app,
    SubscriptionBook book,
    HttpEventSink sink,
    ILogger<Subscriptions> logger) : IAppListener, IMetadataSource
{
    // daprd's own: three more attempts within ten seconds.
    private static readonly TimeSpan[] Pauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(750), TimeSpan.FromMilliseconds(1125)];

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
            foreach (var rule in subscription.Routes.Rules)
                described.Rules.Rules.Add(new PubsubSubscriptionRule { Match = rule.Match?.Text ?? "", Path = rule.Path });
            foreach (var (key, value) in subscription.Metadata)
                described.Metadata.Add(key, value);
            metadata.Subscriptions.Add(described);
        }
    }

    private async Task<List<Subscription>> DiscoverAsync(CancellationToken cancellationToken)
    {
        using var response = await AskAsync(cancellationToken);
        if (response is null or { StatusCode: HttpStatusCode.NotFound })
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

    /// <summary>Null: no answer, however often it was asked. An application can listen before it can answer.</summary>
    private async Task<HttpResponseMessage?> AskAsync(CancellationToken cancellationToken)
    {
        foreach (var pause in Pauses)
        {
            // Start-up is a matter of sockets, which have no clock but the real one.
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            try
            {
                return await app.SendAsync(HttpMethod.Get, "dapr/subscribe", null, cancellationToken);
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                DiscoveryUnanswered(failure.GetType().Name);
            }
        }

        return null;
    }

    private IEnumerable<Subscription> Accept(IEnumerable<DiscoveredSubscription> entries)
    {
        foreach (var entry in entries)
        {
            if (TryAccept(entry) is { } subscription)
                yield return subscription;
        }
    }

    private Subscription? TryAccept(DiscoveredSubscription entry)
    {
        try
        {
            return entry.ToSubscription();
        }
        catch (FormatException refusal)
        {
            NotServed(entry.PubSubName, entry.Topic, refusal.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 320, Level = LogLevel.Warning, Message = "{PubSub}/{Topic} is subscribed to twice; the first subscription counts")]
    private partial void Duplicate(string pubSub, string topic);

    [LoggerMessage(EventId = 321, Level = LogLevel.Error, Message = "The application answered /dapr/subscribe with {Status}; it has no programmatic subscriptions")]
    private partial void DiscoveryRefused(int status);

    [LoggerMessage(EventId = 322, Level = LogLevel.Error, Message = "The application's answer to /dapr/subscribe cannot be read")]
    private partial void DiscoveryMalformed(Exception exception);

    [LoggerMessage(EventId = 324, Level = LogLevel.Warning, Message = "The application did not answer /dapr/subscribe: {Failure}")]
    private partial void DiscoveryUnanswered(string failure);

    [LoggerMessage(EventId = 323, Level = LogLevel.Error, Message = "The subscription to {PubSub}/{Topic} is left out: {Problem}")]
    private partial void NotServed(string? pubSub, string? topic, string? problem);
}
