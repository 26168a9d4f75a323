using System.Collections.Concurrent;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>The open subscriptions, one per pub/sub and topic.</summary>
internal sealed partial class SubscriptionBook(
    PubSubBlock pubSub,
    TopicDelivery delivery,
    SidecarOptions options,
    ILogger<SubscriptionBook> logger) : IDisposable
{
    private readonly CancellationTokenSource _abandon = new();
    private readonly ConcurrentDictionary<(string PubSub, string Topic), (Subscription Subscription, IAsyncDisposable Handle)> _open = new();

    public IEnumerable<Subscription> Current => _open.Values.Select(open => open.Subscription);

    public bool Has(string pubSubName, string topic) => _open.ContainsKey((pubSubName, topic));

    /// <summary>Subscriptions of a component that is missing or of a forbidden topic are left out, as in daprd.</summary>
    public async Task OpenAsync(Subscription subscription, EventSink sink, CancellationToken cancellationToken)
    {
        try
        {
            await OpenOrThrowAsync(subscription, sink, cancellationToken);
        }
        catch (DaprErrorException refusal)
        {
            LeftOut(subscription.PubSub, subscription.Topic, refusal.Message);
        }
    }

    public async Task OpenOrThrowAsync(Subscription subscription, EventSink sink, CancellationToken cancellationToken)
    {
        var component = pubSub.Find(subscription.PubSub, subscription.Topic);
        if (!component.Scopes.MaySubscribe(subscription.Topic))
            throw PubSubErrors.Forbidden(subscription.PubSub, subscription.Topic, options.AppId);
        var handle = await component.Bus.SubscribeAsync(subscription.Topic, message => HandleAsync(subscription, message, sink), cancellationToken);
        _open[(subscription.PubSub, subscription.Topic)] = (subscription, handle);
    }

    public async Task CloseAsync(Subscription subscription)
    {
        if (_open.TryRemove((subscription.PubSub, subscription.Topic), out var open))
            await open.Handle.DisposeAsync();
    }

    public async Task CloseAllAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(_abandon.Cancel);
        await Task.WhenAll(Current.Select(CloseAsync)).WaitAsync(cancellationToken);
    }

    public void Dispose() => _abandon.Dispose();

    private async Task<bool> HandleAsync(Subscription subscription, ReadOnlyMemory<byte> message, EventSink sink)
    {
        try
        {
            if (!await delivery.DeliverAsync(subscription, message, sink, _abandon.Token))
                Lost(subscription.PubSub, subscription.Topic);
            return true;
        }
        catch (OperationCanceledException)
        {
            Abandoned(subscription.PubSub, subscription.Topic);
            return false;
        }
    }

    [LoggerMessage(EventId = 330, Level = LogLevel.Error, Message = "The subscription to {PubSub}/{Topic} is left out: {Problem}")]
    private partial void LeftOut(string pubSub, string topic, string problem);

    [LoggerMessage(EventId = 332, Level = LogLevel.Warning, Message = "The delivery of an event on {PubSub}/{Topic} was abandoned, since its subscriber or the sidecar went away")]
    private partial void Abandoned(string pubSub, string topic);

    [LoggerMessage(EventId = 331, Level = LogLevel.Error, Message = "An event on {PubSub}/{Topic} is lost: it was not handled and has no dead letter topic")]
    private partial void Lost(string pubSub, string topic);
}
