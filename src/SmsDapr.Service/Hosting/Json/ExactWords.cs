using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmsDapr.Service.Hosting.Json;

/// <summary>The words of an enum, in snake_case and nothing else: a request that says <c>Override</c> or <c>respect, override</c> is not guessed at.</summary>
internal sealed class ExactWords : JsonConverterFactory
{
    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private readonly Dictionary<string, T> _values = Enum.GetValues<T>().ToDictionary(value => Of(value), StringComparer.Ordinal);
        private readonly Dictionary<T, string> _words = Enum.GetValues<T>().ToDictionary(value => value, value => Of(value));

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && _values.TryGetValue(reader.GetString()!, out var value)
                ? value
                : throw new JsonException($"Not one of {string.Join(", ", _values.Keys)}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(_words[value]);
    }
}
