using System.Collections;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Secrets;

/// <summary><c>secretstores.local.env</c>: environment variables, without the sidecar's own tokens and settings.</summary>
internal sealed class LocalEnvironmentSecretStore(ComponentSpec spec) : ISecretStore
{
    private readonly string _prefix = spec.Text("prefix") ?? "";

    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyDictionary<string, string>?> GetAsync(string name, CancellationToken cancellationToken)
    {
        // An unset variable is an empty secret, as in daprd.
        var value = IsHidden(_prefix + name) ? null : Environment.GetEnvironmentVariable(_prefix + name);
        return Task.FromResult<IReadOnlyDictionary<string, string>?>(new Dictionary<string, string> { [name] = value ?? "" });
    }

    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(_prefix, StringComparison.Ordinal) || IsHidden(name))
                continue;
            var key = name[_prefix.Length..];
            all[key] = new Dictionary<string, string> { [key] = variable.Value as string ?? "" };
        }

        return Task.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(all);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsHidden(string name) =>
        name.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase) || name.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase);
}
