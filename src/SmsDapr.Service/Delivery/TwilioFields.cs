using System.Text.Json;

namespace SmsDapr.Service.Delivery;

/// <summary>The fields of a webhook body, whether it came as a form or as a JSON object.</summary>
internal sealed class TwilioFields
{
    private readonly Func<string, string?> _read;

    private TwilioFields(Func<string, string?> read) => _read = read;

    /// <summary>The value of a field; null when it is missing or empty.</summary>
    public string? this[string name] => _read(name);

    public static TwilioFields Read(byte[] body, bool isForm)
    {
        if (isForm)
        {
            var form = TwilioForm.Parse(body);
            return new TwilioFields(name => form[name]);
        }

        var json = ReadJson(body);
        return new TwilioFields(name => json is { } found && found.TryGetProperty(name, out var value) ? Text(value) : null);
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    private static JsonElement? ReadJson(byte[] body)
    {
        try
        {
            var document = JsonSerializer.Deserialize<JsonElement>(body);
            return document.ValueKind == JsonValueKind.Object ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
