using System.Net;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>Real answers, held against what the OpenAPI document says of them.</summary>
public sealed class ApiDocumentAnswerScenarios(VirtualSystem system) : IClassFixture<VirtualSystem>
{
    private const string RightCode = "123456";

    private static readonly object AccountRefused = new { operation = "any", behaviour = new { httpStatus = 401, code = 20003 } };

    private readonly HashSet<string> _answered = [];
    private ApiDocument? _document;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_answers_what_the_document_says()
    {
        await AnswerForPreferencesAsync();
        await AnswerForMessagesAsync();
        await AnswerForRemindersAsync();
        await AnswerForAlertsAsync();

        _answered.ShouldBe((await DocumentAsync()).Operations.Where(operation => operation.Path.StartsWith("/v1/", StringComparison.Ordinal)).Select(operation => operation.Id!), ignoreOrder: true);
    }

    [Fact]
    public async Task Every_way_to_fail_is_answered_as_the_document_says()
    {
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, VirtualSystem.Start.AddDays(40));
        var sent = await system.ScheduleAsync(user, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var path = $"/v1/messages/{id}";

        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.BadRequest, new { userId = user.Id });
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.BadRequest, "nonsense");
        await CallAsync(HttpMethod.Get, "/v1/messages?limit=0", HttpStatusCode.BadRequest);
        await CallAsync(HttpMethod.Get, "/v1/users/a%20b/preferences", HttpStatusCode.BadRequest);
        await CallAsync(HttpMethod.Patch, $"/v1/users/{user.Id}/preferences", HttpStatusCode.BadRequest, new { leadTimeMinutes = 0, dailyLimit = "x" });
        await CallAsync(HttpMethod.Get, path, HttpStatusCode.Unauthorized, key: null);
        await CallAsync(HttpMethod.Get, "/v1/messages", HttpStatusCode.Forbidden, key: LocalProcess.UserKey);
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.Forbidden, new { userId = user.Id, body = "x" }, LocalProcess.UserKey);
        await CallAsync(HttpMethod.Get, path, HttpStatusCode.NotFound, key: LocalProcess.UserKey);
        await CallAsync(HttpMethod.Get, "/v1/messages/none/explanation", HttpStatusCode.NotFound);
        await CallAsync(HttpMethod.Post, "/v1/alerts/none/resolve", HttpStatusCode.NotFound);
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.Conflict, new { userId = "nobody-yet", body = "x" });
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.Conflict, new { userId = user.Id, body = "another text", id });
        await CallAsync(HttpMethod.Post, $"/v1/messages/{sent}/cancel", HttpStatusCode.Conflict);
        await CallAsync(HttpMethod.Patch, $"/v1/messages/{sent}", HttpStatusCode.Conflict, new { body = "too late" });
        await CallAsync(HttpMethod.Post, $"{path}/regenerate", HttpStatusCode.Conflict);
        await CallAsync(HttpMethod.Put, "/v1/users/another/phone", HttpStatusCode.Conflict, new { phoneNumber = user.Phone, verified = true });
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.RequestEntityTooLarge, new { userId = user.Id, body = new string('x', 300_000) });
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.UnsupportedMediaType, "userId: anna", contentType: "text/yaml");
        for (var start = 0; start < 5; start++)
            await CallAsync(HttpMethod.Post, $"/v1/users/{user.Id}/phone/verification", HttpStatusCode.Accepted, new { phoneNumber = user.Phone });
        await CallAsync(HttpMethod.Post, $"/v1/users/{user.Id}/phone/verification", HttpStatusCode.TooManyRequests, new { phoneNumber = user.Phone });

        await StateAsync(down: true);
        await CallAsync(HttpMethod.Get, path, HttpStatusCode.ServiceUnavailable);
        await StateAsync(down: false);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/merge-patch+json")]
    public async Task A_patch_is_taken_under_both_names_of_its_type(string contentType)
    {
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, VirtualSystem.Start.AddDays(40));

        await CallAsync(HttpMethod.Patch, $"/v1/users/{user.Id}/preferences", HttpStatusCode.OK, new { leadTimeMinutes = 20 }, contentType: contentType);
        await CallAsync(HttpMethod.Patch, $"/v1/messages/{id}", HttpStatusCode.OK, new { body = "other words" }, contentType: contentType);

        foreach (var operation in new[] { "patchPreferences", "patchMessage" })
            (await DocumentAsync()).Operation(operation).Json.GetProperty("requestBody").GetProperty("content").TryGetProperty(contentType, out _).ShouldBeTrue();
    }

    private async Task AnswerForPreferencesAsync()
    {
        var user = await system.NewUserAsync();
        var path = $"/v1/users/{user.Id}";

        await CallAsync(HttpMethod.Get, "/v1/users/never-seen/preferences", HttpStatusCode.OK);
        await CallAsync(HttpMethod.Put, $"{path}/phone", HttpStatusCode.OK, new { phoneNumber = user.Phone, verified = false });
        await CallAsync(HttpMethod.Post, $"{path}/phone/verification", HttpStatusCode.Accepted, new { phoneNumber = user.Phone });
        await CallAsync(HttpMethod.Post, $"{path}/phone/verification/check", HttpStatusCode.OK, new { code = RightCode });
        await CallAsync(HttpMethod.Patch, $"{path}/preferences", HttpStatusCode.OK, new { quietHours = new { start = "21:00", end = "08:00" } });
        (await CallAsync(HttpMethod.Post, $"{path}/opt-out", HttpStatusCode.OK)).Json.Text("optOutReason").ShouldBe("request");
        await CallAsync(HttpMethod.Post, $"{path}/opt-in", HttpStatusCode.OK);
        var known = await CallAsync(HttpMethod.Get, $"{path}/preferences", HttpStatusCode.OK);
        await CallAsync(HttpMethod.Get, $"{path}/preferences", HttpStatusCode.NotModified, headers: ("If-None-Match", known.Headers["ETag"]));
        await CallAsync(HttpMethod.Put, "/v1/users/demo/phone", HttpStatusCode.OK, new { phoneNumber = VirtualSystem.NewPhone(), verified = true });
        await CallAsync(HttpMethod.Get, "/v1/users/demo/preferences", HttpStatusCode.OK, key: LocalProcess.UserKey);
        await CallAsync(HttpMethod.Delete, path, HttpStatusCode.NoContent);
    }

    private async Task AnswerForMessagesAsync()
    {
        var user = await system.NewUserAsync();
        var quiet = await system.NewUserAsync(preferences: new { quietHours = new { start = "00:00", end = "23:00" } });
        var refused = await system.NewUserAsync("+15005550001");
        var later = VirtualSystem.Start.AddDays(40).UtcDateTime;
        var request = new { userId = user.Id, body = "Your table is ready", sendAt = later, quietHours = "respect" };

        var id = (await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.Accepted, request, headers: ("Idempotency-Key", user.Id))).Json.Text("id")!;
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.OK, request, headers: ("Idempotency-Key", user.Id));
        await CallAsync(HttpMethod.Patch, $"/v1/messages/{id}", HttpStatusCode.OK, new { sendAt = later.AddHours(1) });
        await FollowAsync(id);
        await CallAsync(HttpMethod.Post, $"/v1/messages/{id}/cancel", HttpStatusCode.OK);
        await FollowAsync(id);

        var local = new { userId = user.Id, body = "x", sendAtLocal = "2027-01-01T09:00:00", timeZone = "Europe/Berlin", maxLateness = "PT30M", maxAttempts = 1 };
        await CallAsync(HttpMethod.Post, "/v1/messages", HttpStatusCode.Accepted, local);
        var delivered = await system.ScheduleAsync(user, sendAt: null);
        var deferred = await system.ScheduleAsync(quiet, sendAt: null);
        var failed = await system.ScheduleAsync(refused, sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await FollowAsync(delivered)).Text("status").ShouldBe("delivered");
        (await FollowAsync(deferred)).Text("statusReason").ShouldBe("quiet_hours");
        (await FollowAsync(failed)).GetProperty("sms").Text("errorCategory").ShouldNotBeNull();

        var page = await CallAsync(HttpMethod.Get, "/v1/messages?limit=1", HttpStatusCode.OK);
        page.Json.Text("nextCursor").ShouldNotBeNull();
        await CallAsync(HttpMethod.Get, "/v1/messages?limit=200", HttpStatusCode.OK);
        await CallAsync(HttpMethod.Get, "/v1/messages?limit=1", HttpStatusCode.NotModified, headers: ("If-None-Match", page.Headers["ETag"]));
        await CallAsync(HttpMethod.Get, $"/v1/users/{user.Id}/messages?status=sent", HttpStatusCode.OK);
    }

    private async Task AnswerForRemindersAsync()
    {
        var anna = await CalendarUser.CreateAsync(system);
        var path = $"/v1/users/{anna.User.Id}/calendar";
        var start = await system.NextAsync(20, 0);
        var connection = new { calendarId = anna.Calendar.Id, refreshToken = $"token-of-{anna.User.Id}" };

        await CallAsync(HttpMethod.Put, path, HttpStatusCode.OK, connection);
        await anna.Calendar.AddAsync(start, more: new { location = "Room 4" });
        await anna.Calendar.AddAsync(start, more: new { start = $"{start:yyyy-MM-dd}" });
        await CalendarUser.PushedAsync(system);
        await CallAsync(HttpMethod.Put, path, HttpStatusCode.OK, new { calendarId = anna.Calendar.Id });
        var run = await CallAsync(HttpMethod.Post, "/v1/planning/runs", HttpStatusCode.OK, new { userIds = new[] { anna.User.Id }, date = $"{start:yyyy-MM-dd}", dryRun = true });
        run.Json.GetProperty("users")[0].GetProperty("skipped").GetArrayLength().ShouldBePositive();
        await CallAsync(HttpMethod.Post, "/v1/planning/runs", HttpStatusCode.OK);
        var reminder = (await anna.OnlyMessageAsync(system.Api)).Text("id")!;
        await CallAsync(HttpMethod.Post, $"/v1/messages/{reminder}/regenerate", HttpStatusCode.OK);
        await FollowAsync(reminder);
        await CallAsync(HttpMethod.Delete, path, HttpStatusCode.NoContent);
        await FollowAsync(reminder);
    }

    private async Task AnswerForAlertsAsync()
    {
        var twilio = new Simulated(system.Process.Simulator);
        await twilio.PlanAsync(AccountRefused);
        var waiting = await system.ScheduleAsync(await system.NewUserAsync(), sendAt: null);
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        (await FollowAsync(waiting)).Text("nextAttemptAt").ShouldNotBeNull();

        var open = await CallAsync(HttpMethod.Get, "/v1/alerts", HttpStatusCode.OK);
        var alert = open.Json.GetProperty("items").EnumerateArray().ShouldHaveSingleItem().Text("id");
        await CallAsync(HttpMethod.Post, $"/v1/alerts/{alert}/resolve", HttpStatusCode.OK);
        await CallAsync(HttpMethod.Get, "/v1/alerts?state=all", HttpStatusCode.OK);
        await twilio.ForgetPlansAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
    }

    /// <summary>Reads a message and its explanation.</summary>
    private async Task<JsonElement> FollowAsync(string id)
    {
        await CallAsync(HttpMethod.Get, $"/v1/messages/{id}/explanation", HttpStatusCode.OK);
        return (await CallAsync(HttpMethod.Get, $"/v1/messages/{id}", HttpStatusCode.OK)).Json;
    }

    private async Task<ApiAnswer> CallAsync(
        HttpMethod method,
        string path,
        HttpStatusCode expected,
        object? body = null,
        string? key = LocalProcess.AdminKey,
        string contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        var document = await DocumentAsync();
        var json = body is null ? null : body as string ?? JsonSerializer.Serialize(body);
        var answer = await ApiAnswer.OfAsync(system, key, method, path, json, [("Content-Type", contentType), .. headers]);

        answer.Status.ShouldBe(expected, answer.Text);
        var operation = document.Operation(method, path);
        document.ShouldDescribe(operation, answer);
        _answered.Add(operation.Id!);
        return answer;
    }

    private async Task StateAsync(bool down)
    {
        using var content = new StringContent(JsonSerializer.Serialize(new { target = "state", down }), mediaType: new("application/json"));
        (await system.Api.PostAsync(new Uri("/_test/faults", UriKind.Relative), content, Cancellation)).EnsureSuccessStatusCode().Dispose();
    }

    private async Task<ApiDocument> DocumentAsync() => _document ??= await ApiDocument.OfAsync(system);
}
