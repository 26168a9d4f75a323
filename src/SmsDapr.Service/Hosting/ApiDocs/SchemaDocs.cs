using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NodaTime;
using SmsDapr.Service.Hosting.Json;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Hosting.ApiDocs;

/// <summary>What the schema generator can't see: what converters write, and which properties and words there really are.</summary>
internal static class SchemaDocs
{
    private static readonly Dictionary<Type, Text> Times = new()
    {
        [typeof(Instant)] = new("date-time", "2026-03-08T13:00:00Z"),
        [typeof(LocalDate)] = new("date", "2026-03-08"),
        [typeof(Duration)] = new("duration", "PT15M"),
        // No formats of JSON Schema, whose times have an offset and seconds.
        [typeof(LocalTime)] = new(null, "21:00", QuietHoursRequest.TimePattern),
        [typeof(LocalDateTime)] = new("date-time-local", "2026-03-08T09:00:00", @"^\d{4}-\d{2}-\d{2}T\d{2}(:\d{2}(:\d{2}(\.\d{1,9})?)?)?$"),
    };

    private sealed record Text(string? Format, string Example, string? Pattern = null);

    public static bool IsShownInline(Type type) => Times.ContainsKey(Nullable.GetUnderlyingType(type) ?? type) || IsPatched(type);

    /// <summary>Converters hide from the generator what they write.</summary>
    public static Task ShowTimes(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        var inner = Nullable.GetUnderlyingType(type);
        if (Times.TryGetValue(inner ?? type, out var shown))
        {
            schema.Type = inner is null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = shown.Format;
            schema.Pattern = shown.Pattern;
            schema.Examples = [shown.Example];
        }

        return Task.CompletedTask;
    }

    /// <summary>A patched property has its own converter, which hides from the generator what it holds.</summary>
    public static async Task ShowPatched(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        if (!IsPatched(type))
            return;
        var shown = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellation);
        // Only what has parts can be taken away by null.
        schema.Type = shown.Properties is { Count: > 0 } ? shown.Type | JsonSchemaType.Null : shown.Type & ~JsonSchemaType.Null;
        schema.Format = shown.Format;
        schema.Examples = shown.Examples;
        schema.Properties = shown.Properties;
        schema.Required = shown.Required;
        schema.AdditionalPropertiesAllowed = shown.AdditionalPropertiesAllowed;
    }

    /// <summary>
    /// An enum's words are the same wherever it is used, and hidden by their converter. The generator adds null to those of an enum that is nullable somewhere; but there the property
    /// says so itself, as <c>oneOf</c> null and the enum, and null has to match one of the two.
    /// </summary>
    public static async Task ShowEnums(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        var inner = Nullable.GetUnderlyingType(type);
        if (!(inner ?? type).IsEnum)
            return;
        if (inner is not null)
            schema.Description = (await context.GetOrCreateSchemaAsync(inner, cancellationToken: cancellation)).Description;
        schema.Enum = [.. Enum.GetValues(inner ?? type).Cast<Enum>().Select(value => (JsonNode)ExactWords.Of(value))];
        schema.Type = JsonSchemaType.String;
    }

    /// <summary>
    /// The generator requires what a constructor takes, and lets be null what a program may set to null. A request has to have what is marked so;
    /// an answer has everything but what is left out when it is null. Requests are closed, answers may grow.
    /// </summary>
    public static Task ShowPresence(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo is { } its && (Has<RequiredAttribute>(its) || IsLeftOutWhenNull(its)))
            schema.Type &= ~JsonSchemaType.Null;
        if (context.JsonTypeInfo.Kind != JsonTypeInfoKind.Object || schema.Properties is not { Count: > 0 } properties)
            return Task.CompletedTask;

        var isRequest = context.JsonTypeInfo.Type.Name.EndsWith("Request", StringComparison.Ordinal);
        schema.AdditionalPropertiesAllowed = !isRequest;
        schema.Required = context.JsonTypeInfo.Properties
            .Where(property => properties.ContainsKey(property.Name) && (isRequest ? Has<RequiredAttribute>(property) : !IsLeftOutWhenNull(property)))
            .Select(property => property.Name)
            .ToHashSet();
        return Task.CompletedTask;
    }

    private static bool IsPatched(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Patched<>);

    private static bool Has<T>(JsonPropertyInfo property)
        where T : Attribute =>
        property.AttributeProvider?.IsDefined(typeof(T), inherit: true) == true;

    private static bool IsLeftOutWhenNull(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true)
            .OfType<JsonIgnoreAttribute>()
            .Any(ignore => ignore.Condition == JsonIgnoreCondition.WhenWritingNull) == true;
}
