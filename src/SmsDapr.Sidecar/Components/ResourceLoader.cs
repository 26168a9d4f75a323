using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Components;

/// <summary>Turns resource files into manifests for one application, as daprd's disk loader does.</summary>
internal sealed partial class ResourceLoader(SidecarOptions options, ILogger<ResourceLoader> logger)
{
    private static readonly TimeSpan DefaultInitTimeout = TimeSpan.FromSeconds(5);

    public Resources Load()
    {
        var components = new List<ComponentManifest>();
        var subscriptions = new List<SubscriptionManifest>();
        var inboundRetries = new Dictionary<string, RetryPolicy>(StringComparer.Ordinal);

        foreach (var document in options.ResourcesPaths.SelectMany(YamlDocuments.ReadDirectory))
        {
            if (!InScope(document))
                continue;
            switch (document.Text("kind"))
            {
                case "Component":
                    Add(components, ReadComponent(document));
                    break;
                case "Subscription":
                    subscriptions.Add(SubscriptionReader.Read(document));
                    break;
                case "Resiliency":
                    foreach (var part in ResiliencyReader.FindUnused(document))
                        NoEffect(document.File, part);
                    foreach (var (component, retry) in ResiliencyReader.ReadInboundRetries(document))
                        inboundRetries[component] = retry;
                    break;
                case var kind:
                    SkippedDocument(document.File, kind ?? "none");
                    break;
            }
        }

        return new Resources(components, subscriptions, inboundRetries);
    }

    private static void Add(List<ComponentManifest> components, ComponentManifest added)
    {
        if (components.Find(other => other.Name == added.Name) is { } first)
            throw new SidecarStartException($"{added.File}: component '{added.Name}' is already defined in {first.File}");
        components.Add(added);
    }

    private bool InScope(YamlMap document)
    {
        var scopes = document.Texts("scopes").ToList();
        return scopes.Count == 0 || scopes.Contains(options.AppId, StringComparer.Ordinal);
    }

    private static ComponentManifest ReadComponent(YamlMap document)
    {
        var metadata = document.Map("metadata") ?? throw document.Complain("metadata", "is missing");
        var spec = document.Map("spec") ?? throw document.Complain("spec", "is missing");
        var initTimeout = DefaultInitTimeout;
        if (spec.Text("initTimeout") is { } text && !GoDuration.TryParse(text, out initTimeout))
            throw spec.Complain("initTimeout", $"'{text}' is not a duration");

        return new ComponentManifest(
            metadata.RequiredText("name"),
            spec.RequiredText("type"),
            spec.Text("version") ?? "v1",
            [.. spec.Maps("metadata").Select(ReadEntry)],
            document.Map("auth")?.Text("secretStore"),
            spec.Flag("ignoreErrors"),
            initTimeout,
            document.File);
    }

    private static MetadataEntry ReadEntry(YamlMap item)
    {
        var name = item.RequiredText("name");
        var reference = item.Map("secretKeyRef") is { } secret
            ? new SecretKeyReference(secret.RequiredText("name"), secret.Text("key") ?? secret.RequiredText("name"))
            : null;
        return new MetadataEntry(name, item.Text("value"), reference, item.Text("envRef"));
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Warning, Message = "Skipped a document of kind {Kind} in {File}: the embedded sidecar has no use for it")]
    private partial void SkippedDocument(string file, string kind);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message = "{File}: {Part} has no effect in the embedded sidecar, which only acts on inbound retries of components")]
    private partial void NoEffect(string file, string part);
}
