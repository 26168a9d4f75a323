using System.Net;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>How long things stay: here by retention, at Twilio by redaction.</summary>
public sealed class DeliveryKeepingScenarios
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_retention_the_workflow_goes_within_minutes_and_the_message_when_its_time_is_up()
    {
        await using var system = VirtualSystem.With("Retention__Messages", "P2D");
        await system.InitializeAsync();
        var user = await system.NewUserAsync();
        var ended = await system.ScheduleAsync(user, sendAt: null);
        var waiting = await system.ScheduleAsync(user, VirtualSystem.Start.AddDays(5));

        await system.AdvanceAsync(TimeSpan.FromMinutes(7));
        (await StatusAsync(system.Process.Sidecar, $"/v1.0/workflows/dapr/{ended}")).ShouldNotBe(HttpStatusCode.OK);
        (await system.MessageAsync(ended)).Text("status").ShouldBe("delivered");
        await system.AdvanceToAsync(VirtualSystem.Start.AddDays(2).AddMinutes(1));

        (await StatusAsync(system.Api, $"/v1/messages/{ended}")).ShouldBe(HttpStatusCode.NotFound);
        (await system.MessageAsync(waiting)).Text("status").ShouldBe("scheduled");
        await system.AdvanceToAsync(VirtualSystem.Start.AddDays(5).AddMinutes(1));
        (await system.MessageAsync(waiting)).Text("status").ShouldBe("delivered");
    }

    [Theory]
    [InlineData("redact")]
    [InlineData("delete")]
    public async Task Twilio_s_copy_goes_after_the_final_receipt_also_when_Twilio_refuses_at_first(string copies)
    {
        await using var system = VirtualSystem.With("Twilio__Copies", copies);
        await system.InitializeAsync();
        var twilio = new Simulated(system.Process.Simulator);
        await twilio.PlanAsync(new { operation = "read", times = 1, behaviour = new { httpStatus = 409, code = 20009 } });
        var user = await system.NewUserAsync();
        var id = await system.ScheduleAsync(user, sendAt: null, "seen by nobody later");
        await system.AdvanceAsync(TimeSpan.FromMinutes(6));
        var sid = (await system.MessageAsync(id)).Text("twilioSid")!;
        (await BodyAtTwilioAsync(system, sid)).ShouldBe("seen by nobody later");

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));

        (await BodyAtTwilioAsync(system, sid)).ShouldBe(copies == "redact" ? "" : null);
        (await system.MessageAsync(id)).Text("body").ShouldBe("seen by nobody later");
        (await system.TextsAsync(user)).ShouldHaveSingleItem();
    }

    /// <summary>Null when Twilio has no such message.</summary>
    private static async Task<string?> BodyAtTwilioAsync(VirtualSystem system, string sid)
    {
        const string account = SmsDapr.Simulators.SimulatorOptions.DefaultAccountSid;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/2010-04-01/Accounts/{account}/Messages/{sid}.json");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(
            System.Text.Encoding.UTF8.GetBytes($"{account}:{SmsDapr.Simulators.SimulatorOptions.DefaultAuthToken}")));
        using var response = await system.Process.Simulator.SendAsync(request, Cancellation);
        return response.StatusCode == HttpStatusCode.NotFound ? null : (await VirtualSystem.JsonAsync(response)).Text("body");
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return response.StatusCode;
    }
}
