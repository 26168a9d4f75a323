using System.Diagnostics.CodeAnalysis;

namespace SmsDapr.Sidecar.Components;

internal sealed record LoadedComponent(ComponentSpec Spec, IComponent Instance);

/// <summary>The components that are open; filled once at start, before anything can ask.</summary>
internal sealed class ComponentRegistry
{
    private readonly Dictionary<string, LoadedComponent> _components = new(StringComparer.Ordinal);

    public IEnumerable<LoadedComponent> All => _components.Values;

    public Resources Resources { get; set; } = new([], [], new Dictionary<string, RetryPolicy>());

    public void Add(LoadedComponent component) => _components.Add(component.Spec.Name, component);

    public IEnumerable<(ComponentSpec Spec, TComponent Instance)> OfType<TComponent>()
        where TComponent : class, IComponent =>
        _components.Values.Where(loaded => loaded.Instance is TComponent).Select(loaded => (loaded.Spec, (TComponent)loaded.Instance));

    public bool TryFind<TComponent>(string name, [NotNullWhen(true)] out ComponentSpec? spec, [NotNullWhen(true)] out TComponent? component)
        where TComponent : class, IComponent
    {
        var found = _components.TryGetValue(name, out var loaded) && loaded.Instance is TComponent;
        spec = found ? loaded!.Spec : null;
        component = found ? (TComponent)loaded!.Instance : null;
        return found;
    }
}
