using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>One event of a bulk publish.</summary>
internal sealed record BulkPublication(string EntryId, ReadOnlyMemory<byte> Data, string ContentType, IEnumerable<KeyValuePair<string, string>> Metadata);

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

    /// <summary>Each entry stands on its own; what failed is answered with its reason. Refusals that concern all of them are thrown.</summary>
    public async Task<IReadOnlyList<(string EntryId, string Problem)>> PublishManyAsync(
        string pubSub,
        string topic,
        IReadOnlyList<BulkPublication> entries,
        IReadOnlyDictionary<string, string> metadata,
        string? traceParent,
        CancellationToken cancellationToken)
    {
        if (!Find(pubSub, topic).Scopes.MayPublish(topic))
            throw PubSubErrors.Forbidden(pubSub, topic, options.AppId);
        var failures = new List<(string, string)>();
        foreach (var entry in entries)
        {
            var own = new Dictionary<string, string>(metadata, StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in entry.Metadata)
                own[key] = value;
            try
            {
                await PublishAsync(new Publication(pubSub, topic, entry.Data, entry.ContentType, own, traceParent), cancellationToken);
            }
            catch (DaprErrorException refusal)
            {
                failures.Add((entry.EntryId, refusal.Message));
            }
        }

        return failures;
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
