using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Hosting.ApiDocs;

/// <summary>What the generator can't see of requests: examples, rules of parameters, and the media type of patches.</summary>
internal static class RequestDocs
{
    private const string Json = "application/json";
    private const string MergePatch = "application/merge-patch+json";

    public static Task Show(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (operation.RequestBody?.Content is { } content && content.TryGetValue(Json, out var body))
        {
            if (metadata.OfType<RequestExample>().LastOrDefault() is { } example && body is OpenApiMediaType media)
                media.Example = JsonNode.Parse(example.Json);
            if (HttpMethods.IsPatch(context.Description.HttpMethod ?? ""))
                content[MergePatch] = body;
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            Show(parameter, metadata.OfType<ShownParameter>().FirstOrDefault(shown => shown.Name == parameter.Name), operation);
        if (operation.Responses?.ContainsKey("304") == true)
            (operation.Parameters ??= []).Add(KnownTag());
        return Task.CompletedTask;
    }

    private static void Show(OpenApiParameter parameter, ShownParameter? shown, OpenApiOperation operation)
    {
        if (shown is not null)
        {
            parameter.Description = shown.Description;
            parameter.Schema = shown.Schema;
            parameter.Example = shown.Example;
        }
        else if (parameter.In == ParameterLocation.Path)
        {
            parameter.Schema = OfPath(parameter.Name, operation);
        }
    }

    private static OpenApiSchema OfPath(string? parameter, OpenApiOperation operation) => parameter switch
    {
        "userId" => new() { Type = JsonSchemaType.String, Pattern = UserId.Pattern, MinLength = 1, MaxLength = UserId.MaxLength },
        "id" when operation.Tags?.Any(tag => tag.Name == "Messages") == true => new() { Type = JsonSchemaType.String, Pattern = MessageId.Pattern },
        _ => new() { Type = JsonSchemaType.String },
    };

    private static OpenApiParameter KnownTag() => new()
    {
        Name = "If-None-Match",
        In = ParameterLocation.Header,
        Description = "The ETag of an answer that is known; 304 when it still holds.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
