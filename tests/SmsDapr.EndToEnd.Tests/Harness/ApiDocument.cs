using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>The OpenAPI document as a strict client takes it: by the letter, and with nothing in an answer that it does not describe.</summary>
internal sealed class ApiDocument
{
    private static readonly string[] ShownHeaders = ["ETag", "Location", "Retry-After"];
    private static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly JsonObject _definitions;

    private ApiDocument(JsonElement json)
    {
        Json = json;
        Operations =
        [
            .. from path in json.GetProperty("paths").EnumerateObject()
               from method in path.Value.EnumerateObject()
               select new ApiOperation(method.Name, path.Name, method.Value),
        ];
        _definitions = (JsonObject)Read(json.GetProperty("components").GetProperty("schemas"))!;
        // A problem may carry more than it declares, now as ever (RFC 9457).
        foreach (var (name, schema) in _definitions)
        {
            if (!name.EndsWith("ProblemDetails", StringComparison.Ordinal))
                Close(schema);
        }
    }

    public JsonElement Json { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiDocument> OfAsync(VirtualSystem system) => new(await system.ListAsync("/openapi/v1.json"));

    public ApiOperation Operation(string id) => Operations.Single(operation => operation.Id == id);

    /// <summary>The operation that a call is meant for: of two paths the more literal one.</summary>
    public ApiOperation Operation(HttpMethod method, string path) =>
        Operations
            .Where(operation => operation.Method.Equals(method.Method, StringComparison.OrdinalIgnoreCase) && operation.Matches(path.Split('?')[0]))
            .MinBy(operation => operation.Path.Count(character => character == '{'))
        ?? throw new ShouldAssertException($"The document has no {method} {path}.");

    /// <summary>What is wrong with a value; nothing when it fits the schema.</summary>
    public IReadOnlyList<string> Errors(JsonElement schema, JsonElement value)
    {
        var whole = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$defs"] = _definitions.DeepClone(),
            ["allOf"] = new JsonArray(Read(schema)),
        };
        var results = JsonSchema.Build(JsonSerializer.SerializeToElement(whole)).Evaluate(value, Strict);
        return results.IsValid
            ? []
            :
            [
                .. from detail in results.Details ?? []
                   from error in detail.Errors ?? new Dictionary<string, string>()
                   select $"{detail.InstanceLocation}: {error.Value}",
                "does not fit",
            ];
    }

    /// <summary>The status, the headers and the body are what the document says of the operation.</summary>
    public void ShouldDescribe(ApiOperation operation, ApiAnswer answer)
    {
        var status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        var name = $"{operation.Id} {status}: {answer.Text}";
        operation.Json.GetProperty("responses").TryGetProperty(status, out var response).ShouldBeTrue(name);

        foreach (var header in ShownHeaders)
        {
            var isDescribed = response.TryGetProperty("headers", out var headers) && headers.TryGetProperty(header, out _);
            if (answer.Headers.ContainsKey(header) || header != "Retry-After")
                answer.Headers.ContainsKey(header).ShouldBe(isDescribed, $"{header} of {name}");
        }

        if (!response.TryGetProperty("content", out var content))
        {
            answer.Text.ShouldBeEmpty(name);
            return;
        }

        content.TryGetProperty(answer.ContentType!, out var media).ShouldBeTrue($"{answer.ContentType} of {name}");
        Errors(media.GetProperty("schema"), answer.Json).ShouldBeEmpty(name);
    }

    private static JsonNode? Read(JsonElement schema) =>
        JsonNode.Parse(schema.GetRawText().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal));

    // What an answer may gain one day it must not have today.
    private static void Close(JsonNode? node)
    {
        if (node is JsonObject schema)
        {
            if (schema["properties"] is JsonObject && !schema.ContainsKey("additionalProperties"))
                schema["additionalProperties"] = false;
            foreach (var (_, child) in schema.ToList())
                Close(child);
        }
        else if (node is JsonArray several)
        {
            foreach (var child in several)
                Close(child);
        }
    }
}

/// <summary>One operation of the document.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonElement Json)
{
    public string? Id => Json.TryGetProperty("operationId", out var id) ? id.GetString() : null;

    public JsonElement? RequestSchema =>
        Json.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json").GetProperty("schema") : null;

    public bool Matches(string path)
    {
        var (template, given) = (Path.Split('/'), path.Split('/'));
        return template.Length == given.Length && template.Zip(given).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second);
    }
}
