using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Bindings;

/// <summary>Brings one event to the application; completes when the application has answered.</summary>
internal delegate Task BindingEventHandler(IReadOnlyDictionary<string, string> metadata, WorkUnit work);

/// <summary>A component that triggers the application.</summary>
internal interface IInputBinding : IComponent
{
    void Start(BindingEventHandler handler);

    /// <summary>No event begins after this; those on their way are awaited.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
