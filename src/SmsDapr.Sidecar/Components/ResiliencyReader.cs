namespace SmsDapr.Sidecar.Components;

/// <summary>The part of a Resiliency document that the embedded sidecar acts on: retries of inbound deliveries.</summary>
internal static class ResiliencyReader
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultMaxInterval = TimeSpan.FromSeconds(60);

    public static IEnumerable<(string Component, RetryPolicy Retry)> ReadInboundRetries(YamlMap document)
    {
        var spec = document.Map("spec") ?? throw document.Complain("spec", "is missing");
        if (spec.Map("targets")?.Map("components") is not { } components)
            yield break;

        var retries = spec.Map("policies")?.Map("retries");
        foreach (var component in components.Names())
        {
            var inbound = components.Map(component)?.Map("inbound");
            if (inbound?.Text("retry") is not { } policy)
                continue;
            var retry = retries?.Map(policy) ?? throw inbound.Complain("retry", $"there is no retry policy '{policy}'");
            yield return (component, ReadRetry(retry));
        }
    }

    /// <summary>What the document asks for beyond that; daprd would act on it.</summary>
    public static IEnumerable<string> FindUnused(YamlMap document)
    {
        var targets = document.Map("spec")?.Map("targets");
        foreach (var kind in (targets?.Names() ?? []).Where(kind => kind != "components"))
            yield return $"targets.{kind}";
        var components = targets?.Map("components");
        foreach (var component in components?.Names() ?? [])
        {
            if (components!.Map(component) is not { } directions)
                continue;
            foreach (var direction in directions.Names())
            {
                foreach (var policy in (directions.Map(direction)?.Names() ?? []).Where(policy => direction != "inbound" || policy != "retry"))
                    yield return $"targets.components.{component}.{direction}.{policy}";
            }
        }

        var retries = document.Map("spec")?.Map("policies")?.Map("retries");
        foreach (var retry in (retries?.Names() ?? []).Where(retry => retries!.Map(retry)?.Names().Contains("matching", StringComparer.Ordinal) == true))
            yield return $"policies.retries.{retry}.matching";
    }

    private static RetryPolicy ReadRetry(YamlMap retry)
    {
        var exponential = retry.Text("policy") switch
        {
            null or "constant" => false,
            "exponential" => true,
            _ => throw retry.Complain("policy", "expected constant or exponential"),
        };
        var maxRetries = -1;
        if (retry.Text("maxRetries") is { } text && !int.TryParse(text, out maxRetries))
            throw retry.Complain("maxRetries", $"'{text}' is not a number");
        return new RetryPolicy(
            exponential,
            ReadDuration(retry, "duration", DefaultDuration),
            ReadDuration(retry, "maxInterval", DefaultMaxInterval),
            maxRetries);
    }

    private static TimeSpan ReadDuration(YamlMap map, string name, TimeSpan otherwise)
    {
        if (map.Text(name) is not { } text)
            return otherwise;
        return GoDuration.TryParse(text, out var duration) ? duration : throw map.Complain(name, $"'{text}' is not a duration");
    }
}
