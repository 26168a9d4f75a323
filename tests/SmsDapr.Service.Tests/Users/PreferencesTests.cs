using System.Net;
using System.Text.Json.Nodes;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Users;

public sealed class PreferencesTests(RunningService service)
{
    private readonly string _userId = $"u-{Guid.NewGuid()}";

    [Fact]
    public async Task UnknownUser_hasTheDefaults()
    {
        var (status, body) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{_userId}/preferences");

        status.ShouldBe(HttpStatusCode.OK);
        JsonNode.DeepEquals(body, JsonNode.Parse($$"""
            {
              "userId": "{{_userId}}", "eventRemindersEnabled": true, "leadTimeMinutes": 15,
              "quietHours": { "start": "21:00", "end": "08:00" }, "dailyLimit": 10,
              "timeZone": "UTC", "timeZoneIsDefault": true, "phone": null,
              "optedOut": false, "optedOutAt": null, "optOutReason": null, "calendar": null,
              "today": { "date": "2026-03-08", "sent": 0, "limit": 10 }
            }
            """)).ShouldBeTrue(body.ToJsonString());
    }

    [Fact]
    public async Task Patch_changesWhatIsGivenAndLeavesTheRest()
    {
        await PatchAsync(new { dailyLimit = 3, timeZone = "Pacific/Auckland" });
        var body = await PatchAsync(new { quietHours = new { start = "22:30", end = "06:15" } });

        body["dailyLimit"]!.GetValue<int>().ShouldBe(3);
        body["timeZone"]!.GetValue<string>().ShouldBe("Pacific/Auckland");
        body["timeZoneIsDefault"]!.GetValue<bool>().ShouldBeFalse();
        body["quietHours"]!.ToJsonString().ShouldBe("""{"start":"22:30","end":"06:15"}""");
        body["leadTimeMinutes"]!.GetValue<int>().ShouldBe(15);
        body["today"]!.ToJsonString().ShouldBe("""{"date":"2026-03-09","sent":0,"limit":3}""");
    }

    [Fact]
    public async Task Patch_withNullQuietHours_meansNone()
    {
        var body = await PatchAsync("""{"quietHours":null}""");
        body.ContainsKey("quietHours").ShouldBeTrue();
        body["quietHours"].ShouldBeNull();

        (await PatchAsync("{}"))["quietHours"].ShouldBeNull();
    }

    [Fact]
    public async Task Patches_ofDifferentFieldsAtOnce_allSurvive()
    {
        object[] patches =
        [
            new { dailyLimit = 7 }, new { leadTimeMinutes = 42 }, new { timeZone = "Europe/Berlin" }, new { eventRemindersEnabled = false },
            new { quietHours = new { start = "20:00", end = "09:00" } },
        ];
        await Task.WhenAll(patches.Select(PatchAsync));

        var (_, body) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Get, $"/v1/users/{_userId}/preferences");
        body["dailyLimit"]!.GetValue<int>().ShouldBe(7);
        body["leadTimeMinutes"]!.GetValue<int>().ShouldBe(42);
        body["timeZone"]!.GetValue<string>().ShouldBe("Europe/Berlin");
        body["eventRemindersEnabled"]!.GetValue<bool>().ShouldBeFalse();
        body["quietHours"]!["start"]!.GetValue<string>().ShouldBe("20:00");
    }

    [Fact]
    public async Task OptOut_keepsItsFirstTimeUntilOptIn()
    {
        var (_, first) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Post, $"/v1/users/{_userId}/opt-out");
        var (_, second) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Post, $"/v1/users/{_userId}/opt-out");
        var (_, third) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Post, $"/v1/users/{_userId}/opt-in");

        first["optedOut"]!.GetValue<bool>().ShouldBeTrue();
        first["optOutReason"]!.GetValue<string>().ShouldBe("request");
        first["optedOutAt"]!.GetValue<string>().ShouldEndWith("Z");
        second["optedOutAt"]!.GetValue<string>().ShouldBe(first["optedOutAt"]!.GetValue<string>());
        third["optedOut"]!.GetValue<bool>().ShouldBeFalse();
        third["optedOutAt"].ShouldBeNull();
    }

    private async Task<JsonObject> PatchAsync(object patch)
    {
        var (status, body) = await service.SendAsync(RunningService.AdminKey, HttpMethod.Patch, $"/v1/users/{_userId}/preferences", patch);
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        return body;
    }
}
