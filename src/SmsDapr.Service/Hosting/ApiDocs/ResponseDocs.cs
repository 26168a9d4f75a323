using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SmsDapr.Service.Hosting.ApiDocs;

/// <summary>What the generator can't see of answers: headers, examples, and what problems look like.</summary>
internal static class ResponseDocs
{
    public static Task Show(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (response is not OpenApiResponse shown)
                continue;
            if (status[0] is '4' or '5')
                shown.Content = new Dictionary<string, OpenApiMediaType> { [ProblemDocs.ContentType] = ProblemDocs.Answer(status, context.Document) };
            else
                ShowExample(shown, TypeOf(status, context));
            var headers = HeadersOf(status, operation, context).ToDictionary(header => header.Name, IOpenApiHeader (header) => header.Header);
            if (headers.Count > 0)
                shown.Headers = headers;
        }

        return Task.CompletedTask;
    }

    private static void ShowExample(OpenApiResponse response, Type? type)
    {
        if (type is null || ResponseExamples.Of(type) is not { } example)
            return;
        foreach (var media in response.Content?.Values.OfType<OpenApiMediaType>() ?? [])
            media.Example = example;
    }

    private static Type? TypeOf(string status, OpenApiOperationTransformerContext context) =>
        context.Description.SupportedResponseTypes
            .FirstOrDefault(response => response.StatusCode.ToString(CultureInfo.InvariantCulture) == status)?.Type;

    private static IEnumerable<(string Name, OpenApiHeader Header)> HeadersOf(
        string status, OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (status is "429" or "503")
            yield return ("Retry-After", Header("Seconds to wait, where that is known.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0" }));
        if (status is "200" or "304" && operation.Responses!.ContainsKey("304"))
            yield return ("ETag", Header("Changes with the body; send it as If-None-Match.", new OpenApiSchema { Type = JsonSchemaType.String }));
        var location = context.Description.ActionDescriptor.EndpointMetadata.OfType<LocationHeader>().LastOrDefault();
        if (location?.Statuses.Any(with => with.ToString(CultureInfo.InvariantCulture) == status) == true)
        {
            var header = Header("Where it is.", new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" });
            header.Example = location.Example;
            yield return ("Location", header);
        }
    }

    private static OpenApiHeader Header(string description, OpenApiSchema schema) => new() { Description = description, Schema = schema };
}
