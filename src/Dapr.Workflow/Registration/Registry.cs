using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Registration;

/// <summary>Names and how to construct what they stand for.</summary>
internal sealed class Registry<T>
    where T : class
{
    private readonly Dictionary<string, Func<IServiceProvider, T>> _factories = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _factories.Count;

    public void AddType<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(string? name)
        where TImplementation : class, T
    {
        var construct = ActivatorUtilities.CreateFactory<TImplementation>([]);
        Add(name ?? typeof(TImplementation).Name, services => construct(services, null));
    }

    public void AddType(Type implementation)
    {
        var construct = ActivatorUtilities.CreateFactory(implementation, []);
        Add(implementation.Name, services => (T)construct(services, null));
    }

    public void Add(string name, Func<IServiceProvider, T> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _factories.TryAdd(name, factory);
    }

    /// <returns>A new instance, or null when the name is not registered.</returns>
    public T? Create(string name, IServiceProvider services) => _factories.TryGetValue(name, out var factory) ? factory(services) : null;
}
