using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Tests;

internal static class Specs
{
    public static ComponentSpec Of(string type, params (string Name, string Value)[] metadata) => OfVersion("v1", type, metadata);

    public static ComponentSpec OfVersion(string version, string type, params (string Name, string Value)[] metadata) => new(
        "sample",
        type,
        version,
        "sample.yaml",
        metadata.ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.OrdinalIgnoreCase));
}
