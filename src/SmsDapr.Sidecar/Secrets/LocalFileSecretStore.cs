using System.Text.Json;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Secrets;

/// <summary><c>secretstores.local.file</c>: a JSON file, nested names joined by a separator.</summary>
internal sealed class LocalFileSecretStore(ComponentSpec spec) : ISecretStore
{
    private readonly string _file = spec.RequiredText("secretsFile");
    private readonly string _separator = spec.Text("nestedSeparator") ?? ":";
    private readonly bool _multiValued = spec.Flag("multiValued");
    private Dictionary<string, IReadOnlyDictionary<string, string>> _secrets = [];

    public IReadOnlyList<string> Capabilities => _multiValued ? ["MULTIPLE_KEY_VALUES_PER_SECRET"] : [];

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(Locate());
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw spec.Complain($"secrets file '{_file}' does not hold a JSON object");
            _secrets = _multiValued ? ReadMultiValued(document.RootElement) : ReadSingleValued(document.RootElement);
        }
        catch (JsonException malformed)
        {
            // The exception's own text can quote the file, which holds secrets.
            throw spec.Complain($"secrets file '{_file}' is not valid JSON near line {malformed.LineNumber + 1}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw spec.Complain($"secrets file '{_file}' cannot be read: {unreadable.Message}", unreadable);
        }
    }

    public Task<IReadOnlyDictionary<string, string>?> GetAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_secrets.GetValueOrDefault(name));

    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(_secrets);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // daprd starts from its working directory; a host started elsewhere still finds the file beside its component.
    private string Locate() => File.Exists(_file) ? _file : Path.Combine(spec.Directory, Path.GetFileName(_file));

    private Dictionary<string, IReadOnlyDictionary<string, string>> ReadSingleValued(JsonElement root)
    {
        var flat = new Dictionary<string, string>(StringComparer.Ordinal);
        Flatten(root, "", flat);
        return flat.ToDictionary(
            secret => secret.Key,
            secret => (IReadOnlyDictionary<string, string>)new Dictionary<string, string> { [secret.Key] = secret.Value },
            StringComparer.Ordinal);
    }

    private Dictionary<string, IReadOnlyDictionary<string, string>> ReadMultiValued(JsonElement root)
    {
        var secrets = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var secret in root.EnumerateObject())
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            Flatten(secret.Value, secret.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "" : secret.Name, values);
            secrets[secret.Name] = values;
        }

        return secrets;
    }

    private void Flatten(JsonElement element, string path, Dictionary<string, string> into)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Flatten(property.Value, Join(path, property.Name), into);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in element.EnumerateArray().Index())
                    Flatten(item, Join(path, $"{index}"), into);
                break;
            case JsonValueKind.String:
                into[path] = element.GetString()!;
                break;
            default:
                into[path] = element.GetRawText();
                break;
        }
    }

    private string Join(string path, string name) => path.Length == 0 ? name : path + _separator + name;
}
