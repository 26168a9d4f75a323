using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace SmsDapr.Service.Hosting.ApiDocs;

/// <summary>The OpenAPI document and its page, both without a key and without anything loaded from elsewhere.</summary>
internal static class ApiDocsRegistration
{
    private const string KeyScheme = "ApiKey";
    private const string BearerScheme = "Bearer";

    public static void AddApiDocs(this WebApplicationBuilder builder) =>
        builder.Services.AddOpenApi("v1", options =>
        {
            options.CreateSchemaReferenceId = type => SchemaDocs.IsShownInline(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddDocumentTransformer(Describe);
            options.AddOperationTransformer(RequireKey);
            options.AddOperationTransformer(RequestDocs.Show);
            options.AddOperationTransformer(ResponseDocs.Show);
            options.AddSchemaTransformer(SchemaDocs.ShowTimes);
            options.AddSchemaTransformer(SchemaDocs.ShowPatched);
            options.AddSchemaTransformer(SchemaDocs.ShowEnums);
            options.AddSchemaTransformer(SchemaDocs.ShowPresence);
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
                + "Times are RFC 3339 UTC, durations ISO 8601, errors application/problem+json. "
                + "Unknown properties are refused in requests; answers may gain some.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key" },
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key or a JWT." },
        };
        ProblemDocs.AddSchemas(document.Components);
        return Task.CompletedTask;
    }

    private static Task RequireKey(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().Any())
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, context.Document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
            ];
            ProblemDocs.AddRefusals(operation);
        }

        return Task.CompletedTask;
    }
}
