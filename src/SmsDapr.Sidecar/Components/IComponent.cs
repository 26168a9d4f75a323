namespace SmsDapr.Sidecar.Components;

/// <summary>A loaded component: opened once before the sidecar answers, disposed when it stops.</summary>
internal interface IComponent : IAsyncDisposable
{
    Task OpenAsync(CancellationToken cancellationToken);

    IReadOnlyList<string> Capabilities { get; }
}
