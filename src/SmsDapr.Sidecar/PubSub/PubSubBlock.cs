using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>Publishing behind gRPC, HTTP and dead letter topics: names, scopes, envelope.</summary>
internal sealed class PubSubBlock(ComponentRegistry components, SidecarOptions options, TimeProvider clock)
{
    public async Task PublishAsync(Publication publication, CancellationToken cancellationToken)
    {
        var component = Find(publication.PubSub, publication.Topic);
        if (!component.Scopes.MayPublish(publication.Topic))
            throw PubSubErrors.Forbidden(publication.PubSub, publication.Topic, options.AppId);
        var data = IsRaw(publication.Metadata) ? publication.Data : CloudEvents.Wrap(publication, options.AppId, clock);
        try
        {
            await component.Bus.PublishAsync(publication.Topic, new BrokerMessage(data, publication.Metadata), cancellationToken);
        }
        catch (BrokerException failure)
        {
            throw PubSubErrors.PublishFailed(publication.PubSub, publication.Topic, failure.Message);
        }
    }

    public PubSubComponent Find(string name, string topic)
    {
        if (!components.OfType<PubSubComponent>().Any())
            throw PubSubErrors.NotConfigured();
        if (name.Length == 0)
            throw PubSubErrors.NameEmpty();
        if (!components.TryFind<PubSubComponent>(name, out _, out var component))
            throw PubSubErrors.NotFound(name);
        return topic.Length == 0 ? throw PubSubErrors.TopicEmpty(name) : component;
    }

    public static bool IsRaw(IReadOnlyDictionary<string, string> metadata) =>
        metadata.Any(entry => entry.Key.Equals("rawPayload", StringComparison.OrdinalIgnoreCase) && entry.Value.Equals("true", StringComparison.OrdinalIgnoreCase));
}
