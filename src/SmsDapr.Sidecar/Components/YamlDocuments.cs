using System.Globalization;
using SmsDapr.Sidecar.Hosting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SmsDapr.Sidecar.Components;

/// <summary>Reads the resource files of a directory into documents that know where they stand.</summary>
internal static class YamlDocuments
{
    public static IEnumerable<YamlMap> ReadDirectory(string directory)
    {
        if (!Directory.Exists(directory))
            throw new SidecarStartException($"resources path '{directory}' is not a directory");

        var files = Directory.EnumerateFiles(directory)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml")
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var document in ReadFile(file))
                yield return document;
        }
    }

    public static List<YamlMap> ReadFile(string file)
    {
        try
        {
            using var reader = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(reader);
            return [.. stream.Documents
                .Where(document => document.RootNode is not YamlScalarNode { Value: null or "" })
                .Select(document => document.RootNode is YamlMappingNode root
                    ? new YamlMap(root, file, "")
                    : throw new SidecarStartException($"{file}: line {document.RootNode.Start.Line}: expected a mapping"))];
        }
        catch (YamlException malformed)
        {
            throw new SidecarStartException($"{file}: line {malformed.Start.Line}: malformed YAML: {malformed.Message}", malformed);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SidecarStartException($"{file}: cannot be read: {unreadable.Message}", unreadable);
        }
    }
}

/// <summary>A YAML mapping with its file and place, so that each complaint names both.</summary>
internal sealed class YamlMap(YamlMappingNode node, string file, string path)
{
    public string File => file;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" } => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw Complain(other, name, "expected a single value"),
    };

    public string RequiredText(string name) =>
        Text(name) is { Length: > 0 } text ? text : throw Complain(node, name, "is missing");

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Complain(node, name, "expected true or false"),
    };

    /// <summary>0 when it is not there.</summary>
    public int Number(string name) => Text(name) is not { } text ? 0
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw Complain(name, "expected a number");

    public YamlMap? Map(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" } => null,
        YamlMappingNode map => new YamlMap(map, file, Join(name)),
        var other => throw Complain(other, name, "expected a mapping"),
    };

    public IEnumerable<YamlMap> Maps(string name) => Items(name).Select((item, index) => item is YamlMappingNode map
        ? new YamlMap(map, file, $"{Join(name)}[{index}]")
        : throw Complain(item, name, "expected a list of mappings"));

    public IEnumerable<string> Texts(string name) => Items(name).Select(item => item is YamlScalarNode { Value: { } text }
        ? text
        : throw Complain(item, name, "expected a list of values"));

    public IEnumerable<string> Names() => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    public SidecarStartException Complain(string name, string problem) => Complain(Find(name) ?? node, name, problem);

    private IEnumerable<YamlNode> Items(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" } => [],
        YamlSequenceNode list => list.Children,
        var other => throw Complain(other, name, "expected a list"),
    };

    private YamlNode? Find(string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var found) ? found : null;

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private SidecarStartException Complain(YamlNode at, string name, string problem) =>
        new($"{file}: line {at.Start.Line}: {Join(name)}: {problem}");
}
