using System.Net;
using System.Text;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class BadRequestTests(RunningService service)
{
    private const string Path = "/v1/users/anna/preferences";

    [Theory]
    [InlineData("""{"colour":"red"}""", "colour")]
    [InlineData("""{"DailyLimit":1}""", "DailyLimit")]
    [InlineData("""{"dailyLimit":"1"}""", "dailyLimit")]
    [InlineData("""{"dailyLimit":1.5}""", "dailyLimit")]
    [InlineData("""{"dailyLimit":null}""", "dailyLimit")]
    [InlineData("""{"dailyLimit":-1}""", "dailyLimit")]
    [InlineData("""{"dailyLimit":1001}""", "dailyLimit")]
    [InlineData("""{"dailyLimit":1,"dailyLimit":2}""", "dailyLimit")]
    [InlineData("""{"leadTimeMinutes":0}""", "leadTimeMinutes")]
    [InlineData("""{"leadTimeMinutes":1441}""", "leadTimeMinutes")]
    [InlineData("""{"leadTimeMinutes":99999999999}""", "leadTimeMinutes")]
    [InlineData("""{"eventRemindersEnabled":1}""", "eventRemindersEnabled")]
    [InlineData("""{"eventRemindersEnabled":null}""", "eventRemindersEnabled")]
    [InlineData("""{"timeZone":"Berlin"}""", "timeZone")]
    [InlineData("""{"timeZone":null}""", "timeZone")]
    [InlineData("""{"quietHours":{"start":"21:00"}}""", "quietHours")]
    [InlineData("""{"quietHours":{}}""", "quietHours")]
    [InlineData("""{"quietHours":{"start":"21:00","end":"21:00"}}""", "quietHours")]
    [InlineData("""{"quietHours":{"start":"25:00","end":"08:00"}}""", "quietHours")]
    [InlineData("""{"quietHours":{"start":21,"end":8}}""", "quietHours")]
    [InlineData("""{"quietHours":"21:00-08:00"}""", "quietHours")]
    [InlineData("""{"quietHours":{"start":"21:00","end":"08:00","days":1}}""", "quietHours.days")]
    [InlineData("""{"quietHours":{"start":"21:00","start":"22:00","end":"08:00"}}""", "quietHours.start")]
    [InlineData("""{"+14155550123":1}""", "body")]
    [InlineData("""{"timeZone":"UTC+05:30"}""", "timeZone")]
    [InlineData("""{"timeZone":"europe/berlin"}""", "timeZone")]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    [InlineData("7", "body")]
    [InlineData("""{"dailyLimit":""", "body")]
    [InlineData("""{"dailyLimit":1} {}""", "body")]
    public async Task BadBody_isA400ThatNamesTheField(string body, string field)
    {
        var (status, problem) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, Path, body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["status"]!.GetValue<int>().ShouldBe(400);
        problem["type"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["title"]!.GetValue<string>().ShouldBe("Bad Request");
        problem["detail"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe(field);
    }

    [Theory]
    [InlineData("Override")]
    [InlineData(" override")]
    [InlineData("respect, override")]
    [InlineData("1")]
    public async Task WordThatIsNotExactlyOneOfAnEnum_isA400ThatNamesTheField(string word)
    {
        var (status, problem) = await service.SendAsync(
            RunningService.AdminKey, HttpMethod.Post, "/v1/messages", new { userId = "anna", body = "x", quietHours = word, overrideReason = "urgent" });

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe("quietHours");
    }

    [Fact]
    public async Task SeveralBadFields_areNamedTogether()
    {
        var (_, problem) = await service.SendAsync(
            RunningService.AdminKey, HttpMethod.Patch, Path, new { dailyLimit = -1, timeZone = "x", quietHours = new { start = "1" } });

        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["dailyLimit", "timeZone", "quietHours"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("a%7C%7Cb")]
    [InlineData("a%20b")]
    [InlineData("%7C%7C")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A9")]
    public async Task BadUserId_isA400(string userId)
    {
        var (status, problem) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{userId}/preferences");

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe("userId");
    }

    [Fact]
    public async Task UserIdOf128Characters_isTheLongest()
    {
        (await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{new string('u', 128)}/preferences")).Status.ShouldBe(HttpStatusCode.OK);
        (await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{new string('u', 129)}/preferences")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task OtherContentType_isA415()
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, Path) { Content = new StringContent("dailyLimit=1", Encoding.UTF8, "text/plain") };
        request.Headers.Add("X-Api-Key", RunningService.AdminKey);
        using var response = await service.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task HugeBody_isA413()
    {
        var (status, problem) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, Path, $$"""{"timeZone":"{{new string('x', 300_000)}}"}""");

        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        problem["status"]!.GetValue<int>().ShouldBe(413);
    }

    [Fact]
    public async Task UnknownAddress_isAProblemToo()
    {
        var (status, problem) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, "/v1/nothing");

        status.ShouldBe(HttpStatusCode.NotFound);
        problem["status"]!.GetValue<int>().ShouldBe(404);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/xml")]
    [InlineData("image/*")]
    public async Task Error_isAProblemWhateverTheCallerAccepts(string accepted)
    {
        foreach (var (key, method, path) in new[]
        {
            (null, HttpMethod.Get, Path),
            (RunningService.KeyOf("ben"), HttpMethod.Get, Path),
            (RunningService.AdminKey, HttpMethod.Get, "/v1/nothing"),
            (RunningService.AdminKey, HttpMethod.Delete, Path),
            (null, HttpMethod.Post, "/webhooks/twilio/status"),
        })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Accept.ParseAdd(accepted);
            if (key is not null)
                request.Headers.Add("X-Api-Key", key);
            using var response = await service.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);

            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", $"{method} {path}");
            (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"detail\":");
        }
    }

    [Fact]
    public async Task Problem_neverRepeatsWhatWasSent()
    {
        var (_, problem) = await service.SendAsync(
            RunningService.AdminKey, HttpMethod.Put, "/v1/users/anna/phone", new { phoneNumber = "+1 415 555 01", verified = true });

        problem.ToJsonString().ShouldNotContain("415");
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe("phoneNumber");
    }
}
