using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace SmsDapr.Service.Hosting;

/// <summary>An example body in the API's documentation.</summary>
internal sealed record RequestExample(string Json);

/// <summary>What the API's documentation says of a parameter; handlers read all of them as text, to name the bad ones.</summary>
internal sealed record ShownParameter(string Name, string Description, OpenApiSchema Schema, JsonNode? Example);

/// <summary>Answers that say where the thing is which they are about.</summary>
internal sealed record LocationHeader(string Example, IReadOnlyList<int> Statuses);

internal static class ApiDocMetadata
{
    public static RouteHandlerBuilder WithRequestExample(this RouteHandlerBuilder route, string json) => route.WithMetadata(new RequestExample(json));

    public static RouteHandlerBuilder WithQueryParameter(
        this RouteHandlerBuilder route, string name, string description, string? format = null, string? example = null) =>
        route.WithParameter(name, description, new OpenApiSchema { Type = JsonSchemaType.String, Format = format }, example);

    public static RouteHandlerBuilder WithParameter(
        this RouteHandlerBuilder route, string name, string description, OpenApiSchema schema, JsonNode? example = null) =>
        route.WithMetadata(new ShownParameter(name, description, schema, example));

    public static RouteHandlerBuilder WithLocation(this RouteHandlerBuilder route, string example, params int[] statuses) =>
        route.WithMetadata(new LocationHeader(example, statuses));
}
