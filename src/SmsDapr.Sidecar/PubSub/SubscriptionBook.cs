using System.Collections.Concurrent;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.PubSub.Delivery;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>The open subscriptions, one per pub/sub and topic.</summary>
internal sealed partial class SubscriptionBook(
    PubSubBlock pubSub,
    TopicDelivery delivery,
    BulkDelivery bulkDelivery,
    SidecarOptions options,
    TimeProvider clock,
    IWorkTracker work,
    ILogger<SubscriptionBook> logger) : IDisposable
{
    private readonly CancellationTokenSource _abandon = new();
    private readonly ConcurrentDictionary<(string PubSub, string Topic), Open> _open = new();

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
        var collector = subscription.Bulk is { } window ? Collect(subscription, window) : null;
        MessageHandler deliver = collector is not null
            ? collector.HandleAsync
            : (message, unit, cancellation) => delivery.DeliverAsync(subscription, message, sink, unit, cancellation);
        var handle = await component.Bus.SubscribeAsync(
            subscription.Topic,
            (message, unit, cancellation) => HandleAsync(subscription, deliver, message, unit, cancellation),
            subscription.Bulk?.Messages ?? 1,
            cancellationToken);
        _open[(subscription.PubSub, subscription.Topic)] = new Open(subscription, handle, collector);
    }

    public async Task CloseAsync(Subscription subscription)
    {
        if (!_open.TryRemove((subscription.PubSub, subscription.Topic), out var open))
            return;
        using (open.Collector)
        {
            open.Collector?.Close();
            await open.Handle.DisposeAsync();
        }
    }

    public async Task CloseAllAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(_abandon.Cancel);
        await Task.WhenAll(Current.Select(CloseAsync)).WaitAsync(cancellationToken);
    }

    public void Dispose() => _abandon.Dispose();

    private BulkCollector Collect(Subscription subscription, BulkWindow window) =>
        new(window, (batch, unit) => bulkDelivery.DeliverAsync(subscription, batch, unit, _abandon.Token), clock, work);

    private async Task<bool> HandleAsync(
        Subscription subscription, MessageHandler deliver, BrokerMessage message, WorkUnit unit, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_abandon.Token, cancellationToken);
        try
        {
            if (!await deliver(message, unit, either.Token))
                Lost(subscription.PubSub, subscription.Topic);
            return true;
        }
        catch (OperationCanceledException)
        {
            Abandoned(subscription.PubSub, subscription.Topic);
            return false;
        }
    }

    private sealed record Open(Subscription Subscription, IAsyncDisposable Handle, BulkCollector? Collector);

    [LoggerMessage(EventId = 330, Level = LogLevel.Error, Message = "The subscription to {PubSub}/{Topic} is left out: {Problem}")]
    private partial void LeftOut(string pubSub, string topic, string problem);

    [LoggerMessage(EventId = 332, Level = LogLevel.Warning, Message = "The delivery of an event on {PubSub}/{Topic} was abandoned, since its subscriber or the sidecar went away or it took too long")]
    private partial void Abandoned(string pubSub, string topic);

    [LoggerMessage(EventId = 331, Level = LogLevel.Error, Message = "An event on {PubSub}/{Topic} is lost: it was not handled and has no dead letter topic")]
    private partial void Lost(string pubSub, string topic);
}
