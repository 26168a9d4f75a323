using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>The OpenAPI document says what the API does.</summary>
public sealed class ApiDocumentScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private static readonly string[] Problems = ["400", "401", "403", "429", "500", "503"];

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
            operation.Text("operationId")!.ShouldMatch("^[a-z]+([A-Z][a-z]+)*$", name);
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
        parameters.Keys.ShouldBe(["status", "from", "to", "date", "limit", "cursor", "If-None-Match"]);
        var limit = parameters["limit"].GetProperty("schema");
        (limit.Text("type"), limit.Number("minimum"), limit.Number("maximum"), limit.Number("default")).ShouldBe(("integer", 1, 200, 50));
        parameters["status"].GetProperty("schema").GetProperty("enum").GetArrayLength().ShouldBe(6);
        parameters["from"].GetProperty("schema").Text("format").ShouldBe("date-time");
        var create = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty("CreateMessageRequest");
        create.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ShouldBe(["userId", "body"], ignoreOrder: true);
    }

    [Fact]
    public async Task Operations_have_names_that_clients_are_generated_with()
    {
        var document = await ApiDocument.OfAsync(system);

        document.Operations.Select(operation => operation.Id).Where(id => id is not null).ShouldBe(
            [
                "createMessage", "getMessage", "explainMessage", "cancelMessage", "regenerateMessage", "patchMessage", "listMessages", "listUserMessages",
                "getPreferences", "patchPreferences", "putPhone", "startPhoneVerification", "checkPhoneVerification", "putCalendar", "deleteCalendar",
                "optOut", "optIn", "eraseUser", "runPlanning", "listAlerts", "resolveAlert",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Every_example_fits_its_schema()
    {
        var document = await ApiDocument.OfAsync(system);

        var medias = Medias(document.Json).ToList();
        foreach (var (media, example) in medias)
            document.Errors(media.GetProperty("schema"), example).ShouldBeEmpty(example.GetRawText());
        medias.Count(media => media.Example.ValueKind == JsonValueKind.Object).ShouldBeGreaterThan(document.Operations.Count);
    }

    [Fact]
    public async Task Null_is_no_word_of_an_enum_and_requests_are_closed_where_answers_may_grow()
    {
        var document = await ApiDocument.OfAsync(system);

        foreach (var schema in document.Json.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            if (schema.Value.TryGetProperty("enum", out var words))
                (schema.Value.Text("type"), words.EnumerateArray().All(word => word.ValueKind == JsonValueKind.String)).ShouldBe(("string", true), schema.Name);
            else
                schema.Value.TryGetProperty("additionalProperties", out _).ShouldBe(schema.Name.EndsWith("Request", StringComparison.Ordinal), schema.Name);
        }
    }

    [Theory]
    [InlineData("createMessage", "/v1/messages", """{"userId":null,"body":"x"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"a||b","body":"x"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":""}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","id":"a b"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","maxAttempts":11}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","quietHours":"ignore"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","sendAtLocal":"2027-01-01T09:00:00Z"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","unknown":1}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"leadTimeMinutes":0}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"leadTimeMinutes":1441}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"leadTimeMinutes":null}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"dailyLimit":-1}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"dailyLimit":1001}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"quietHours":{"start":"24:00","end":"08:00"}}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"quietHours":{"start":"21:00:00","end":"08:00"}}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"quietHours":{"start":"21:00"}}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"quietHours":{"start":"21:00","end":"08:00","zone":"UTC"}}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"unknown":1}""")]
    [InlineData("patchMessage", "/v1/messages/some", """{"body":null}""")]
    [InlineData("patchMessage", "/v1/messages/some", """{"sendAt":null}""")]
    [InlineData("putPhone", "/v1/users/anna/phone", """{"phoneNumber":null,"verified":true}""")]
    [InlineData("putPhone", "/v1/users/anna/phone", """{"phoneNumber":"+14155550100"}""")]
    [InlineData("startPhoneVerification", "/v1/users/anna/phone/verification", "{}")]
    [InlineData("checkPhoneVerification", "/v1/users/anna/phone/verification/check", """{"code":null}""")]
    [InlineData("checkPhoneVerification", "/v1/users/anna/phone/verification/check", """{"code":"123"}""")]
    [InlineData("putCalendar", "/v1/users/anna/calendar", """{"calendarId":null}""")]
    [InlineData("putCalendar", "/v1/users/anna/calendar", """{"calendarId":""}""")]
    [InlineData("runPlanning", "/v1/planning/runs", """{"userIds":[null]}""")]
    public async Task What_the_document_forbids_is_a_400(string operationId, string path, string json)
    {
        var document = await ApiDocument.OfAsync(system);
        var operation = document.Operation(operationId);

        document.Errors(operation.RequestSchema!.Value, JsonSerializer.Deserialize<JsonElement>(json)).ShouldNotBeEmpty(json);
        var answer = await ApiAnswer.OfAsync(system, LocalProcess.AdminKey, new HttpMethod(operation.Method), path, json);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Text);
        answer.Errors.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"{1600}","sendAt":"2026-04-01T00:00:00Z","id":"A-z_0","maxAttempts":10}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","sendAtLocal":"2026-04-01T09:00","sendAt":null,"id":null,"quietHours":null,"maxLateness":"P30D"}""")]
    [InlineData("createMessage", "/v1/messages", """{"userId":"anna","body":"x","sendAt":"2026-04-01T00:00:00+02:00","maxAttempts":1,"quietHours":"override","overrideReason":"urgent"}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"leadTimeMinutes":1,"dailyLimit":0,"quietHours":null,"timeZone":"Europe/Berlin"}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", """{"leadTimeMinutes":1440,"dailyLimit":1000,"quietHours":{"start":"00:00","end":"23:59"},"eventRemindersEnabled":true}""")]
    [InlineData("patchPreferences", "/v1/users/anna/preferences", "{}")]
    [InlineData("putPhone", "/v1/users/anna/phone", """{"phoneNumber":"+12025550123","verified":true}""")]
    [InlineData("runPlanning", "/v1/planning/runs", """{"userIds":null,"date":"2026-03-02","dryRun":true}""")]
    [InlineData("runPlanning", "/v1/planning/runs", "null")]
    public async Task What_the_document_allows_is_taken(string operationId, string path, string json)
    {
        var document = await ApiDocument.OfAsync(system);
        var operation = document.Operation(operationId);
        var body = json.Replace("{1600}", new string('x', 1600), StringComparison.Ordinal);
        await ApiAnswer.OfAsync(system, LocalProcess.AdminKey, HttpMethod.Put, "/v1/users/anna/phone", """{"phoneNumber":"+12025550123","verified":true}""");

        document.Errors(operation.RequestSchema!.Value, JsonSerializer.Deserialize<JsonElement>(body)).ShouldBeEmpty(json);
        var answer = await ApiAnswer.OfAsync(system, LocalProcess.AdminKey, new HttpMethod(operation.Method), path, body);
        ((int)answer.Status).ShouldBeInRange(200, 299, answer.Text);
    }

    [Theory]
    [InlineData("auth0|6507", true)]
    [InlineData("anna.b-c_d@example.com:1", true)]
    [InlineData("a||b", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    public async Task A_user_id_is_what_the_document_says_of_it(string userId, bool isAllowed)
    {
        var path = (await ApiDocument.OfAsync(system)).Operation("getPreferences").Json.GetProperty("parameters")[0];
        var answer = await ApiAnswer.OfAsync(
            system, LocalProcess.AdminKey, HttpMethod.Get, $"/v1/users/{Uri.EscapeDataString(userId)}/preferences", json: null);

        Regex.IsMatch(userId, path.GetProperty("schema").Text("pattern")!).ShouldBe(isAllowed);
        answer.Status.ShouldBe(isAllowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    private Task<JsonElement> DocumentAsync() => system.ListAsync("/openapi/v1.json");

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        where path.Name.StartsWith("/v1/", StringComparison.Ordinal)
        from method in path.Value.EnumerateObject()
        select ($"{method.Name} {path.Name}", method.Value);

    private static IEnumerable<(JsonElement Media, JsonElement Example)> Medias(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("schema", out _) && element.TryGetProperty("example", out var example) => [(element, example)],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Medias(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Medias),
        _ => [],
    };

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
