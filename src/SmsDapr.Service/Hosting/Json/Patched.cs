using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmsDapr.Service.Hosting.Json;

/// <summary>A property of a merge patch: left out (<see cref="IsSet"/> is false), or set to a value that may be null.</summary>
public readonly record struct Patched<T>(T? Value)
{
    public bool IsSet { get; } = true;

    /// <summary>Set to null, as opposed to left out.</summary>
    public bool IsNull => IsSet && Value is null;
}

internal sealed class PatchedConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Patched<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()), options)!;

    private sealed class Converter<T>(JsonSerializerOptions options) : JsonConverter<Patched<T>>
    {
        // Called directly: a nested call of the serialiser would lose the path to the property in its errors.
        private readonly JsonConverter<T> _value = (JsonConverter<T>)options.GetConverter(typeof(T));

        public override bool HandleNull => true;

        public override Patched<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.TokenType == JsonTokenType.Null ? default : _value.Read(ref reader, typeof(T), options));

        public override void Write(Utf8JsonWriter writer, Patched<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
