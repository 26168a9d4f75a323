using System.Net;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>After hours or days without state store or process: what is too late ends with its reason, what is still useful goes out once.</summary>
public sealed class RuleOutageScenarios
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_hours_without_a_state_store_what_is_useful_goes_out_once_and_what_is_late_expires()
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var user = await system.NewUserAsync();
        var (tooLate, inTime, patient) = await ScheduleAsync(system, user, VirtualSystem.Start);

        await DownAsync(system, down: true);
        for (var hour = 1; hour <= 6; hour++)
            await system.AdvanceToAsync(VirtualSystem.Start.AddHours(hour));
        using (var answer = await system.Api.GetAsync(new Uri($"/v1/messages/{inTime}", UriKind.Relative), Cancellation))
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await system.CreatesAsync(user)).ShouldBeEmpty();
        await DownAsync(system, down: false);
        await system.AdvanceAsync(TimeSpan.FromMinutes(2));

        await ShouldHaveEndedAsync(system, user, tooLate, inTime, patient);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(48)]
    public async Task After_hours_or_days_without_a_process_what_is_useful_goes_out_once_and_what_is_late_expires(int hours)
    {
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var user = await system.NewUserAsync();
        // Due while the process is down: the last two hours of the outage count from its end.
        var (tooLate, inTime, patient) = await ScheduleAsync(system, user, VirtualSystem.Start.AddHours(hours - 6));
        var sleeper = await system.NewUserAsync(preferences: new { quietHours = new { start = "06:30", end = "06:00" } });
        var quiet = await system.ScheduleAsync(sleeper, VirtualSystem.Start.AddHours(hours - 1), "quiet");

        await system.Process.KillAsync(Cancellation);
        var back = VirtualSystem.Start.AddHours(hours);
        await system.Process.StartAsync(back, Cancellation);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));

        await ShouldHaveEndedAsync(system, user, tooLate, inTime, patient);
        var deferred = await system.MessageAsync(quiet);
        deferred.Text("statusReason").ShouldBe("quiet_hours");
        (await system.CreatesAsync(sleeper)).ShouldBeEmpty();
    }

    private static async Task<(string TooLate, string InTime, string Patient)> ScheduleAsync(VirtualSystem system, TestUser user, DateTimeOffset from)
    {
        var tooLate = await system.ScheduleAsync(user, from.AddMinutes(30), "too late");
        var inTime = await system.ScheduleAsync(user, from.AddHours(4), "in time");
        using var response = await system.Api.PostAsJsonAsync(
            "/v1/messages", new { userId = user.Id, body = "patient", sendAt = from.AddMinutes(31).UtcDateTime, maxLateness = "P7D" }, Cancellation);
        return (tooLate, inTime, (await VirtualSystem.JsonAsync(response)).Text("id")!);
    }

    private static async Task ShouldHaveEndedAsync(VirtualSystem system, TestUser user, string tooLate, string inTime, string patient)
    {
        var expired = await system.MessageAsync(tooLate);
        expired.Text("status").ShouldBe("cancelled");
        expired.Text("statusReason").ShouldBe("expired");
        (await system.MessageAsync(inTime)).Text("status").ShouldBe("delivered");
        (await system.MessageAsync(patient)).Text("status").ShouldBe("delivered");
        (await system.TextsAsync(user)).ShouldBe(["in time", "patient"], ignoreOrder: true);
        (await system.CreatesAsync(user)).Count.ShouldBe(2);
    }

    private static async Task DownAsync(VirtualSystem system, bool down) =>
        (await system.Api.PostAsJsonAsync("/_test/faults", new { target = "state", down }, Cancellation)).EnsureSuccessStatusCode().Dispose();
}
