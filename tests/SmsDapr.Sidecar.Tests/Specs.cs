using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Tests;

internal static class Specs
{
    public static ComponentSpec Of(string type, params (string Name, string Value)[] metadata) => new(
        "sample",
        type,
        "v1",
        "sample.yaml",
        metadata.ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.OrdinalIgnoreCase));
}
