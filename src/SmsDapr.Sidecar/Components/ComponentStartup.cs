using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Secrets;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Components;

/// <summary>Loads and opens every component before the ports open, and closes them after the ports are closed.</summary>
internal sealed partial class ComponentStartup(
    ResourceLoader loader,
    ComponentTypes types,
    ComponentRegistry registry,
    SidecarOptions options,
    ILogger<ComponentStartup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var resources = loader.Load();
        registry.Resources = resources;
        var factories = resources.Components.ToDictionary(manifest => manifest, types.Find);

        // Other components take their metadata from secret stores, so these come first.
        foreach (var manifest in resources.Components.OrderBy(manifest => ComponentTypes.IsSecretStore(manifest) ? 0 : 1))
            await OpenAsync(manifest, factories[manifest], cancellationToken);
        RefuseSecondActorStateStore();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var component in registry.All)
            await component.Instance.DisposeAsync();
    }

    private void RefuseSecondActorStateStore()
    {
        var actorStores = registry.OfType<StateComponent>().Where(store => store.Spec.Flag("actorStateStore")).ToList();
        if (actorStores.Count > 1)
            throw actorStores[1].Spec.Complain($"'{actorStores[0].Spec.Name}' is the actor state store already");
    }

    private async Task OpenAsync(ComponentManifest manifest, ComponentFactory factory, CancellationToken cancellationToken)
    {
        try
        {
            registry.Add(await OpenWithinTimeoutAsync(manifest, factory, cancellationToken));
            Opened(manifest.Name, manifest.Type, manifest.Version);
        }
        catch (SidecarStartException failure) when (manifest.IgnoreErrors)
        {
            Ignored(manifest.Name, failure.Message);
        }
    }

    private async Task<LoadedComponent> OpenWithinTimeoutAsync(ComponentManifest manifest, ComponentFactory factory, CancellationToken cancellationToken)
    {
        var stores = registry.OfType<ISecretStore>().ToDictionary(store => store.Spec.Name, store => store.Instance);
        var spec = await new MetadataResolver(options, stores).ResolveAsync(manifest, cancellationToken);
        var component = factory(spec);
        using var timeout = new CancellationTokenSource(manifest.InitTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await component.OpenAsync(either.Token);
            return new LoadedComponent(spec, component);
        }
        catch (Exception failure) when (failure is not SidecarStartException && !cancellationToken.IsCancellationRequested)
        {
            await component.DisposeAsync();
            var problem = timeout.IsCancellationRequested ? $"not ready within {manifest.InitTimeout.TotalSeconds:0.#} s" : failure.Message;
            throw spec.Complain(problem, failure);
        }
    }

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "Component {Name} ({Type}/{Version}) is open")]
    private partial void Opened(string name, string type, string version);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message = "Component {Name} is left out, as its ignoreErrors asks: {Problem}")]
    private partial void Ignored(string name, string problem);
}
