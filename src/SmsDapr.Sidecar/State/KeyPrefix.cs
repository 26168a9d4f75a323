using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.State;

/// <summary>How the keys of one component are kept apart from those of others, from its <c>keyPrefix</c>.</summary>
internal sealed class KeyPrefix
{
    public const string Separator = "||";

    private readonly string _prefix;

    public KeyPrefix(ComponentSpec spec, SidecarOptions options)
    {
        var space = Environment.GetEnvironmentVariable("NAMESPACE");
        _prefix = spec.Text("keyPrefix") switch
        {
            "none" => "",
            "name" => spec.Name + Separator,
            "namespace" when !string.IsNullOrEmpty(space) => $"{space}.{options.AppId}{Separator}",
            null or "appid" or "namespace" => options.AppId + Separator,
            var text when text.Contains(Separator, StringComparison.Ordinal) => throw spec.Complain($"keyPrefix must not contain '{Separator}'"),
            var text => text + Separator,
        };
    }

    public string Apply(string key) => _prefix + key;
}
