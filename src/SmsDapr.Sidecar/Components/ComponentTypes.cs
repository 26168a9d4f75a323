using SmsDapr.Sidecar.Bindings;
using SmsDapr.Sidecar.Conversation;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.PubSub;
using SmsDapr.Sidecar.PubSub.Redis;
using SmsDapr.Sidecar.Secrets;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Components;

internal delegate IComponent ComponentFactory(ComponentSpec spec);

/// <summary>The component types that the embedded sidecar has; everything else ends the start.</summary>
internal sealed class ComponentTypes(SidecarOptions options, TimeProvider clock, IWorkTracker work, StateFaults faults, ILoggerFactory loggers)
{
    private static readonly string[] RefusedStateMetadata =
        ["outboxPublishPubsub", "outboxPublishTopic", "outboxPubsub", "outboxDiscardWhenMissingState", "primaryEncryptionKey", "secondaryEncryptionKey"];

    private const string SecretStorePrefix = "secretstores.";

    public static bool IsSecretStore(ComponentManifest manifest) =>
        manifest.Type.StartsWith(SecretStorePrefix, StringComparison.OrdinalIgnoreCase);

    public ComponentFactory Find(ComponentManifest manifest) => (manifest.Type.ToLowerInvariant(), manifest.Version.ToLowerInvariant()) switch
    {
        ("secretstores.local.file", "v1") => spec => new LocalFileSecretStore(spec),
        ("secretstores.local.env", "v1") => spec => new LocalEnvironmentSecretStore(spec),
        ("state.in-memory", "v1") => spec => State(spec, new InMemoryStateStore(clock)),
        ("state.sqlite" or "state.sqlite3", "v1") => spec => State(spec, SqliteStateStore.Create(spec, options.DataDirectory, clock)),
        ("state.postgresql" or "state.postgres", "v1" or "v2") => spec => State(spec, new PostgresStateStore(spec, clock)),
        ("state.redis", "v1") => spec => State(spec, new RedisStateStore(spec, clock)),
        ("pubsub.redis", "v1") => spec =>
            new PubSubComponent(new RedisPubSub(spec, options.AppId, clock, work, loggers), new TopicScopes(spec, options.AppId)),
        ("pubsub.in-memory", "v1") => spec => new PubSubComponent(new InMemoryPubSub(work), new TopicScopes(spec, options.AppId)),
        ("bindings.cron", "v1") => spec => new CronBinding(spec, clock, work),
        ("bindings.http", "v1") => spec => new HttpBinding(spec),
        ("conversation.echo", "v1") => _ => new EchoConversation(),
        ("conversation.openai", "v1") => spec => new OpenAiConversation(spec),
        _ => throw new SidecarStartException(
            $"{manifest.File}: component '{manifest.Name}': the embedded sidecar has no component type '{manifest.Type}/{manifest.Version}'"),
    };

    private StateComponent State(ComponentSpec spec, IStateStore store)
    {
        // Taken silently, these would lose events or store in the clear.
        if (Array.Find(RefusedStateMetadata, key => spec.Text(key) is not null) is { } refused)
            throw spec.Complain($"metadata '{refused}' is not supported by the embedded sidecar");
        return new StateComponent(new FaultyStateStore(store, faults), new KeyPrefix(spec, options));
    }
}
