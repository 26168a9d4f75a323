using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace SmsDapr.Service.Hosting.ApiDocs;

/// <summary>The problems that the API answers with. The framework's own schema closes them, and has neither the fields of a 400 nor the reason of a 409.</summary>
internal static class ProblemDocs
{
    public const string ContentType = "application/problem+json";

    private const string Plain = "ProblemDetails";
    private const string Invalid = "ValidationProblemDetails";
    private const string Conflict = "ConflictProblemDetails";

    // Whatever needs a key can be refused in these ways.
    private static readonly (string Status, string Description)[] Refusals =
    [
        ("400", "A field of the request is wrong; errors names it."),
        ("401", "No valid key or token."),
        ("403", "The key may not do this."),
        ("429", "Too many requests of a user's key; Retry-After says when to go on."),
        ("500", "The service failed to answer; the failure is logged."),
        ("503", "Storage or a provider is not answering; Retry-After says when to try again."),
    ];

    private static readonly (string Status, string Description)[] BodyRefusals =
    [
        ("413", "The request body is too large."),
        ("415", "The request body is not JSON."),
    ];

    public static void AddRefusals(OpenApiOperation operation)
    {
        operation.Responses ??= [];
        foreach (var (status, description) in operation.RequestBody is null ? Refusals : [.. Refusals, .. BodyRefusals])
            operation.Responses.TryAdd(status, new OpenApiResponse { Description = description });
    }

    public static void AddSchemas(OpenApiComponents components)
    {
        components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        components.Schemas[Plain] = Schema("A refusal, as RFC 9457 has it.");
        components.Schemas[Invalid] = Schema("A refusal of what the request says.", ("errors", new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "What is wrong, by the field's name.",
            AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text(), MinItems = 1 },
        }));
        components.Schemas[Conflict] = Schema("A refusal because of what is already there.", ("reason", Text("The name of the rule that refuses, for programs.")));
    }

    public static OpenApiMediaType Answer(string status, OpenApiDocument? document) => new()
    {
        Schema = new OpenApiSchemaReference(
            status switch
            {
                "400" => Invalid,
                "409" => Conflict,
                _ => Plain,
            },
            document),
        Example = Example(status),
    };

    private static JsonNode? Example(string status) => status switch
    {
        "400" => JsonNode.Parse(
            """
            {
              "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
              "title": "Bad Request",
              "status": 400,
              "detail": "The request is not valid.",
              "errors": { "limit": ["must be a number from 1 to 200"] }
            }
            """),
        "404" => JsonNode.Parse(
            """
            {
              "type": "https://tools.ietf.org/html/rfc9110#section-15.5.5",
              "title": "Not Found",
              "status": 404,
              "detail": "There is no such message."
            }
            """),
        "409" => JsonNode.Parse(
            """
            {
              "type": "https://tools.ietf.org/html/rfc9110#section-15.5.10",
              "title": "Conflict",
              "status": 409,
              "detail": "The user opted out of texts.",
              "reason": "opted_out"
            }
            """),
        _ => null,
    };

    private static OpenApiSchema Schema(string description, params (string Name, OpenApiSchema Schema)[] more)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = description,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" },
                ["title"] = Text("The status in words."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["detail"] = Text("A sentence for people."),
            },
        };
        foreach (var (name, property) in more)
            schema.Properties[name] = property;
        schema.Required = schema.Properties.Keys.ToHashSet();
        return schema;
    }

    private static OpenApiSchema Text(string? description = null) => new() { Type = JsonSchemaType.String, Description = description };
}
