using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>A pub/sub component with the topics that this application may use.</summary>
internal sealed class PubSubComponent(IPubSub bus, TopicScopes scopes) : IComponent
{
    public IPubSub Bus => bus;

    public TopicScopes Scopes => scopes;

    public IReadOnlyList<string> Capabilities => bus.Capabilities;

    public Task OpenAsync(CancellationToken cancellationToken) => bus.OpenAsync(cancellationToken);

    public ValueTask DisposeAsync() => bus.DisposeAsync();
}
