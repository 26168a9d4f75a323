using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using NodaTime;
using Scalar.AspNetCore;
using SmsDapr.Service.Hosting.Json;

namespace SmsDapr.Service.Hosting;

/// <summary>The OpenAPI document and its page, both without a key and without anything loaded from elsewhere.</summary>
internal static class ApiDocs
{
    private const string KeyScheme = "ApiKey";
    private const string BearerScheme = "Bearer";

    public static void AddApiDocs(this WebApplicationBuilder builder) =>
        builder.Services.AddOpenApi("v1", options =>
        {
            options.CreateSchemaReferenceId = type => IsShownInline(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddDocumentTransformer(Describe);
            options.AddOperationTransformer(RequireKey);
            options.AddOperationTransformer(ShowExample);
            options.AddOperationTransformer(ShowQuery);
            options.AddOperationTransformer(ShowProblems);
            options.AddSchemaTransformer(ShowTimes);
            options.AddSchemaTransformer(ShowPatched);
        });

    public static void MapApiDocs(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/docs", options => options
                .WithTitle("SmsDapr API")
                .DisableDefaultFonts()
                .DisableTelemetry()
                .AddPreferredSecuritySchemes(KeyScheme))
            .AllowAnonymous();
    }

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "SmsDapr",
            Version = "v1",
            Description = "Turns calendar events and plain calls into SMS at the right moment and proves what became of each. "
                + "Times are RFC 3339 UTC, durations ISO 8601, errors application/problem+json. Unknown properties are refused.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key" },
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key or a JWT." },
        };
        return Task.CompletedTask;
    }

    private static Task RequireKey(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Any())
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
            ];
            operation.Responses ??= [];
            foreach (var (status, description) in operation.RequestBody is null ? Refusals : [.. Refusals, .. BodyRefusals])
                operation.Responses.TryAdd(status, new OpenApiResponse { Description = description });
        }

        return Task.CompletedTask;
    }

    private static readonly Dictionary<Type, (string Format, string Example)> Times = new()
    {
        [typeof(Instant)] = ("date-time", "2026-03-08T13:00:00Z"),
        [typeof(LocalDate)] = ("date", "2026-03-08"),
        [typeof(LocalTime)] = ("time", "21:00"),
        [typeof(LocalDateTime)] = ("date-time", "2026-03-08T09:00:00"),
        [typeof(Duration)] = ("duration", "PT15M"),
    };

    // Whatever needs a key can be refused in these ways, with a problem.
    private static readonly (string Status, string Description)[] Refusals =
    [
        ("400", "A field of the request is wrong; errors names it."),
        ("401", "No valid key or token."),
        ("403", "The key may not do this."),
        ("429", "Too many requests of a user's key; Retry-After says when to go on."),
        ("503", "Storage is not answering; Retry-After says when to try again."),
    ];

    private static readonly (string Status, string Description)[] BodyRefusals =
    [
        ("413", "The request body is too large."),
        ("415", "The request body is not application/json."),
    ];

    private static bool IsShownInline(Type type) =>
        Times.ContainsKey(Nullable.GetUnderlyingType(type) ?? type)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Patched<>));

    private static Task ShowExample(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var example = context.Description.ActionDescriptor.EndpointMetadata.OfType<RequestExample>().LastOrDefault();
        if (example is not null && operation.RequestBody?.Content is { } content)
        {
            foreach (var media in content.Values.OfType<OpenApiMediaType>())
                media.Example = JsonNode.Parse(example.Json);
        }

        return Task.CompletedTask;
    }

    private static Task ShowQuery(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        foreach (var shown in context.Description.ActionDescriptor.EndpointMetadata.OfType<QueryParameter>())
        {
            if (operation.Parameters?.FirstOrDefault(parameter => parameter.Name == shown.Name) is not OpenApiParameter parameter)
                continue;
            var isNumber = shown.Format == "int32";
            parameter.Description = shown.Description;
            parameter.Schema = new OpenApiSchema { Type = isNumber ? JsonSchemaType.Integer : JsonSchemaType.String, Format = shown.Format };
            parameter.Example = shown.Example is not { } example ? null
                : isNumber ? JsonNode.Parse(example)
                : JsonValue.Create(example);
        }

        return Task.CompletedTask;
    }

    private static async Task ShowProblems(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), cancellationToken: cancellation);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (status[0] is '4' or '5' && response is OpenApiResponse { Content: null or { Count: 0 } } bare)
                bare.Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new OpenApiMediaType { Schema = schema } };
        }
    }

    // Converters hide from the generator what they write.
    private static Task ShowTimes(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        var inner = Nullable.GetUnderlyingType(type);
        if (Times.TryGetValue(inner ?? type, out var shown))
        {
            schema.Type = inner is null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = shown.Format;
            schema.Examples = [shown.Example];
        }

        return Task.CompletedTask;
    }

    // A patched property has its own converter, which hides from the generator what it holds.
    private static async Task ShowPatched(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = context.JsonTypeInfo.Type;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Patched<>))
            return;
        var shown = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellation);
        // Only what has parts can be taken away by null.
        schema.Type = shown.Properties is { Count: > 0 } ? shown.Type | JsonSchemaType.Null : shown.Type & ~JsonSchemaType.Null;
        schema.Description = null;
        schema.Format = shown.Format;
        schema.Properties = shown.Properties;
        schema.Required = shown.Required;
    }
}
