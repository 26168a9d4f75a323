namespace SmsDapr.Sidecar.Components;

/// <summary>Declarative subscriptions, v1alpha1 (<c>route</c>) and v2alpha1 (<c>routes</c>).</summary>
internal static class SubscriptionReader
{
    public static SubscriptionManifest Read(YamlMap document)
    {
        var spec = document.Map("spec") ?? throw document.Complain("spec", "is missing");
        return new SubscriptionManifest(
            spec.RequiredText("pubsubname"),
            spec.RequiredText("topic"),
            ReadRoute(spec),
            spec.Text("deadLetterTopic"),
            ReadMetadata(spec));
    }

    private static string ReadRoute(YamlMap spec)
    {
        if (spec.Map("routes") is not { } routes)
            return spec.RequiredText("route");
        if (routes.Maps("rules").Any())
            throw routes.Complain("rules", "CEL rules are not supported by the embedded sidecar; use routes.default");
        return routes.RequiredText("default");
    }

    private static Dictionary<string, string> ReadMetadata(YamlMap spec)
    {
        if (spec.Map("metadata") is not { } metadata)
            return [];
        return metadata.Names().ToDictionary(name => name, name => metadata.Text(name) ?? "", StringComparer.OrdinalIgnoreCase);
    }
}
