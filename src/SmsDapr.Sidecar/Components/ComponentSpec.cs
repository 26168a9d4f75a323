using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Components;

/// <summary>A component with its metadata resolved; names compare without case, as in daprd.</summary>
internal sealed class ComponentSpec(string name, string type, string version, string file, IReadOnlyDictionary<string, string> metadata)
{
    public string Name => name;

    public string Type => type;

    public string Version => version;

    /// <summary>The directory that holds the component's file.</summary>
    public string Directory => Path.GetDirectoryName(Path.GetFullPath(file))!;

    public string? Text(string key) => metadata.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    public string RequiredText(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Text(key) is { } value)
                return value;
        }

        throw Complain($"required metadata '{keys[0]}' is missing");
    }

    public bool Flag(string key) => Text(key)?.ToUpperInvariant() switch
    {
        null or "FALSE" or "F" or "0" or "NO" or "N" or "OFF" => false,
        "TRUE" or "T" or "1" or "YES" or "Y" or "ON" => true,
        _ => throw Complain($"metadata '{key}' must be true or false"),
    };

    public TimeSpan Duration(string key, TimeSpan otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        return GoDuration.TryParse(text, out var duration) ? duration : throw Complain($"metadata '{key}' must be a duration");
    }

    public int Number(string key, int otherwise)
    {
        if (Text(key) is not { } text)
            return otherwise;
        return int.TryParse(text, out var number) ? number : throw Complain($"metadata '{key}' must be a number");
    }

    public SidecarStartException Complain(string problem, Exception? cause = null) =>
        new($"{file}: component '{name}' ({type}/{version}): {problem}", cause!);
}
