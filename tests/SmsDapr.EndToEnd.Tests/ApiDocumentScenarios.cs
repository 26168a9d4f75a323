using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>The OpenAPI document says what the API does.</summary>
public sealed class ApiDocumentScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static readonly string[] Problems = ["400", "401", "403", "429", "503"];

    [Fact]
    public async Task Every_operation_names_its_key_its_refusals_and_an_example()
    {
        var document = await DocumentAsync();

        document.Text("openapi").ShouldStartWith("3.1");
        document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name).ShouldBe(["ApiKey", "Bearer"]);
        foreach (var (name, operation) in Operations(document))
        {
            operation.GetProperty("security").GetArrayLength().ShouldBe(2, name);
            operation.Text("summary").ShouldNotBeNullOrWhiteSpace(name);
            var responses = operation.GetProperty("responses");
            foreach (var status in Problems)
                responses.TryGetProperty(status, out _).ShouldBeTrue($"{name} {status}");
            foreach (var refusal in responses.EnumerateObject().Where(response => response.Name[0] is '4' or '5'))
                refusal.Value.GetProperty("content").TryGetProperty("application/problem+json", out _).ShouldBeTrue($"{name} {refusal.Name}");
            if (operation.TryGetProperty("requestBody", out var body))
                body.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _).ShouldBeTrue(name);
        }
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var document = await DocumentAsync();

        foreach (var reference in References(document).Distinct())
        {
            var found = document;
            foreach (var part in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
                found.TryGetProperty(part.Replace("~1", "/", StringComparison.Ordinal), out found).ShouldBeTrue(reference);
        }
    }

    [Fact]
    public async Task A_message_may_be_missing_or_past_changing_and_a_list_says_how_it_is_narrowed()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");

        foreach (var (path, method) in new[] { ("/v1/messages/{id}", "patch"), ("/v1/messages/{id}/cancel", "post") })
        {
            var responses = paths.GetProperty(path).GetProperty(method).GetProperty("responses");
            foreach (var status in new[] { "200", "404", "409" })
                responses.TryGetProperty(status, out _).ShouldBeTrue($"{path} {status}");
        }

        var parameters = paths.GetProperty("/v1/messages").GetProperty("get").GetProperty("parameters").EnumerateArray()
            .ToDictionary(parameter => parameter.Text("name")!);
        parameters.Keys.ShouldBe(["status", "from", "to", "date", "limit", "cursor"]);
        parameters["limit"].GetProperty("schema").Text("type").ShouldBe("integer");
        parameters["from"].GetProperty("schema").Text("format").ShouldBe("date-time");
        var create = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty("CreateMessageRequest");
        create.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ShouldBe(["userId", "body"], ignoreOrder: true);
    }

    private Task<JsonElement> DocumentAsync() => system.ListAsync("/openapi/v1.json");

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        where path.Name.StartsWith("/v1/", StringComparison.Ordinal)
        from method in path.Value.EnumerateObject()
        select ($"{method.Name} {path.Name}", method.Value);

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
