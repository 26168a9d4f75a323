using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Secrets;

namespace SmsDapr.Sidecar.Components;

/// <summary>Replaces secret and environment references and template values by what they stand for.</summary>
internal sealed class MetadataResolver(SidecarOptions options, IReadOnlyDictionary<string, ISecretStore> secretStores)
{
    private const string KubernetesStore = "kubernetes";

    public async Task<ComponentSpec> ResolveAsync(ComponentManifest manifest, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in manifest.Metadata)
            values[entry.Name] = await ResolveAsync(manifest, entry, cancellationToken);
        return new ComponentSpec(manifest.Name, manifest.Type, manifest.Version, manifest.File, values);
    }

    private async Task<string> ResolveAsync(ComponentManifest manifest, MetadataEntry entry, CancellationToken cancellationToken)
    {
        if (entry.SecretKeyRef is { } reference)
            return await LookUpAsync(manifest, entry.Name, reference, cancellationToken);
        if (entry.EnvRef is { } variable)
            return ReadEnvironment(manifest, entry.Name, variable);
        return FillIn(entry.Value ?? "");
    }

    private async Task<string> LookUpAsync(
        ComponentManifest manifest,
        string entry,
        SecretKeyReference reference,
        CancellationToken cancellationToken)
    {
        var storeName = manifest.SecretStore ?? KubernetesStore;
        if (!secretStores.TryGetValue(storeName, out var store))
            throw Complain(manifest, entry, $"secret store '{storeName}' is not loaded");
        var secret = await store.GetAsync(reference.Name, cancellationToken);
        if (secret is null || !secret.TryGetValue(reference.Key, out var value))
            throw Complain(manifest, entry, $"secret '{reference.Name}' has no key '{reference.Key}' in store '{storeName}'");
        return value;
    }

    private static string ReadEnvironment(ComponentManifest manifest, string entry, string variable)
    {
        var name = variable.ToUpperInvariant();
        if (name == "APP_API_TOKEN" || name.StartsWith("DAPR_", StringComparison.Ordinal) || name.Contains(' ', StringComparison.Ordinal))
            throw Complain(manifest, entry, $"environment variable '{variable}' must not be used");
        var allowed = Environment.GetEnvironmentVariable("DAPR_ENV_KEYS");
        if (!string.IsNullOrEmpty(allowed) && !allowed.ToUpperInvariant().Split(' ').Contains(name, StringComparer.Ordinal))
            throw Complain(manifest, entry, $"environment variable '{variable}' is not in DAPR_ENV_KEYS");
        return Environment.GetEnvironmentVariable(variable) ?? "";
    }

    private string FillIn(string value)
    {
        if (!value.Contains('{', StringComparison.Ordinal))
            return value;
        var space = Environment.GetEnvironmentVariable("NAMESPACE") is { Length: > 0 } set ? set : "default";
        while (value.Contains("{uuid}", StringComparison.Ordinal))
        {
            var at = value.IndexOf("{uuid}", StringComparison.Ordinal);
            value = string.Concat(value.AsSpan(0, at), Guid.NewGuid().ToString(), value.AsSpan(at + "{uuid}".Length));
        }

        return value
            .Replace("{podName}", Environment.GetEnvironmentVariable("POD_NAME") ?? "", StringComparison.Ordinal)
            .Replace("{namespace}", $"{space}.{options.AppId}", StringComparison.Ordinal)
            .Replace("{appID}", options.AppId, StringComparison.Ordinal);
    }

    private static SidecarStartException Complain(ComponentManifest manifest, string entry, string problem) =>
        new($"{manifest.File}: component '{manifest.Name}': metadata '{entry}': {problem}");
}
