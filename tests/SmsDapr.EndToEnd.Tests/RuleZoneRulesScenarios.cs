using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>
/// Parliaments change the rules of time zones; the new rules come with a new build. The store is made to look as an older build
/// with other rules would have left it.
/// </summary>
public sealed class RuleZoneRulesScenarios : IAsyncLifetime
{
    private const string Versions = "/v1.0/state/statestore/zone-rules";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    // Nine o'clock in Berlin.
    private static readonly DateTimeOffset Meant = new(2026, 3, 3, 8, 0, 0, TimeSpan.Zero);

    private readonly VirtualSystem _system = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _system.InitializeAsync();

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("Europe/Berlin")]
    public async Task The_first_start_with_newer_rules_moves_what_waits_to_its_earlier_time(string? timeZone)
    {
        var user = await _system.NewUserAsync(preferences: new { timeZone = "Europe/Berlin", quietHours = (string?)null });
        var id = await ScheduleAsync(user, timeZone);
        await UntilAsync(async () => (await StateAsync(Versions))?["tzdb"] is not null);
        await PlanAsAnOlderBuildAsync(id, Meant.AddHours(1));
        await SaveAsync("zone-rules", new JsonObject { ["tzdb"] = "1999a" });

        await RestartAsync();

        // No time has passed: the message has been moved, it did not find out when it was due.
        await UntilAsync(async () => (await _system.MessageAsync(id)).Time("sendAt") == Meant);
        (await _system.MessageAsync(id)).GetProperty("timeline").EnumerateArray().Last().Text("source").ShouldBe("reconciler");
        await _system.AdvanceToAsync(Meant.AddHours(2));
        (await _system.CreatesAsync(user)).ShouldBe([Meant]);
    }

    [Fact]
    public async Task An_older_build_leaves_alone_what_a_newer_one_planned()
    {
        var user = await _system.NewUserAsync(preferences: new { timeZone = "Europe/Berlin", quietHours = (string?)null });
        var id = await ScheduleAsync(user, timeZone: null);
        await UntilAsync(async () => (await StateAsync(Versions))?["tzdb"] is not null);
        await PlanAsAnOlderBuildAsync(id, Meant.AddHours(1));
        await SaveAsync("zone-rules", new JsonObject { ["tzdb"] = "2999z" });

        await RestartAsync();
        await _system.AdvanceToAsync(Meant.AddMinutes(-1));

        (await _system.MessageAsync(id)).Time("sendAt").ShouldBe(Meant.AddHours(1));
        (await StateAsync(Versions))!["tzdb"]!.GetValue<string>().ShouldBe("2999z");
    }

    private async Task<string> ScheduleAsync(TestUser user, string? timeZone) =>
        (await VirtualSystem.JsonAsync(await _system.Api.PostAsJsonAsync(
            "/v1/messages", new { userId = user.Id, body = "good morning", sendAtLocal = "2026-03-03T09:00:00", timeZone }, Cancellation))).Text("id")!;

    private async Task PlanAsAnOlderBuildAsync(string id, DateTimeOffset sendAt)
    {
        // Taken on first: the workflow's own write would undo this one.
        await UntilAsync(async () => (await StateAsync($"/v1.0/state/statestore/message-{id}"))!["accepted"]!.GetValue<bool>());
        var message = (await StateAsync($"/v1.0/state/statestore/message-{id}"))!;
        message["sendAt"] = sendAt.UtcDateTime;
        await SaveAsync($"message-{id}", message);
    }

    private async Task<JsonObject?> StateAsync(string path)
    {
        using var response = await _system.Process.Sidecar.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return text.Length == 0 ? null : JsonNode.Parse(text)!.AsObject();
    }

    private async Task SaveAsync(string key, JsonObject value)
    {
        using var response = await _system.Process.Sidecar.PostAsJsonAsync("/v1.0/state/statestore", new[] { new { key, value } }, Cancellation);
        response.EnsureSuccessStatusCode();
    }

    private async Task RestartAsync()
    {
        var now = await _system.NowAsync();
        await _system.Process.KillAsync(Cancellation);
        await _system.Process.StartAsync(now, Cancellation);
    }

    /// <summary>What runs beside the requests has no answer to wait for.</summary>
    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var pause = new PeriodicTimer(Glance);
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(Limit, _system.Process.Output);
            await pause.WaitForNextTickAsync(Cancellation);
        }
    }
}
