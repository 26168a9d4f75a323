using SmsDapr.Sidecar.PubSub;
using SmsDapr.Sidecar.PubSub.Routing;

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
            ReadRoutes(spec),
            spec.Text("deadLetterTopic"),
            ReadMetadata(spec),
            ReadBulk(spec));
    }

    private static TopicRoutes ReadRoutes(YamlMap spec)
    {
        if (spec.Map("routes") is not { } routes)
            return TopicRoutes.To(spec.RequiredText("route"));
        List<RoutingRule> rules = [.. routes.Maps("rules").Select(ReadRule)];
        if (routes.Text("default") is { } path)
            rules.Add(new RoutingRule(null, path));
        return rules.Count > 0 ? new TopicRoutes(rules) : throw spec.Complain("routes", "has neither rules nor default");
    }

    private static RoutingRule ReadRule(YamlMap rule)
    {
        try
        {
            return new RoutingRule(rule.Text("match") is { } match ? EventCondition.Parse(match) : null, rule.RequiredText("path"));
        }
        catch (FormatException malformed)
        {
            throw rule.Complain("match", malformed.Message);
        }
    }

    private static BulkWindow? ReadBulk(YamlMap spec) => spec.Map("bulkSubscribe") is { } bulk && bulk.Flag("enabled")
        ? BulkWindow.Of(bulk.Number("maxMessagesCount"), bulk.Number("maxAwaitDurationMs"))
        : null;

    private static Dictionary<string, string> ReadMetadata(YamlMap spec)
    {
        if (spec.Map("metadata") is not { } metadata)
            return [];
        return metadata.Names().ToDictionary(name => name, name => metadata.Text(name) ?? "", StringComparer.OrdinalIgnoreCase);
    }
}
