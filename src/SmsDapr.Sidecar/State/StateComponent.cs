using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.State;

/// <summary>A state store as an application sees it: behind its key prefix.</summary>
internal sealed class StateComponent(IStateStore store, KeyPrefix prefix) : IComponent
{
    public IStateStore Store => store;

    public KeyPrefix Prefix => prefix;

    public IReadOnlyList<string> Capabilities => store.Capabilities;

    public Task OpenAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
