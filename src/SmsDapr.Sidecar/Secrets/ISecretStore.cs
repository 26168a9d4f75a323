using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Secrets;

internal interface ISecretStore : IComponent
{
    /// <summary>The named secret's keys and values; null: there is no such secret.</summary>
    Task<IReadOnlyDictionary<string, string>?> GetAsync(string name, CancellationToken cancellationToken);

    Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken);
}
