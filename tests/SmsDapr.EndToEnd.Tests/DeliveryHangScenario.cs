using System.Net;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>On real time: a call that hangs is real time, and so is what it would hold up.</summary>
public sealed class DeliveryHangScenario(ITestOutputHelper output)
{
    private const int Messages = 500;
    private const int PerUser = 50;
    private const string HangingNumber = "+19075550117";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_500_messages_due_at_once_499_leave_within_the_minute_though_one_call_hangs()
    {
        await using var process = new LocalProcess();
        await process.StartAsync(clock: null, Cancellation);
        var twilio = new Simulated(process.Simulator);
        var users = new List<string> { await VerifyAsync(process, "hanging", HangingNumber) };
        for (var number = 0; number < (Messages - 1 + PerUser - 1) / PerUser; number++)
            users.Add(await VerifyAsync(process, $"user-{number}", VirtualSystem.NewPhone()));

        var due = TimeProvider.System.GetUtcNow() + Minute;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Messages),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (number, ended) =>
            {
                // The hanging one first, so that it is ahead of everyone else.
                var user = number == 0 ? users[0] : users[1 + (number % (users.Count - 1))];
                using var answer = await process.Api.PostAsJsonAsync(
                    "/v1/messages", new { userId = user, body = $"message {number}", sendAt = due.UtcDateTime }, ended);
                answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            });
        TimeProvider.System.GetUtcNow().ShouldBeLessThan(due, "Scheduling took longer than the lead time; nothing would be proven.");

        var created = await UntilAsync(twilio, Messages, due + Minute);
        var others = created.Where(create => create.Text("to") != HangingNumber).Select(create => create.GetProperty("at").GetDateTimeOffset() - due).Order().ToList();

        output.WriteLine($"{others.Count} left between {others[0].TotalMilliseconds:F0} ms and {others[^1].TotalMilliseconds:F0} ms after they were due.");
        others.Count.ShouldBe(Messages - 1);
        others[0].ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);
        others[^1].ShouldBeLessThan(Minute);
        created.ShouldContain(create => create.Text("to") == HangingNumber && create.Text("outcome") == "hung");
    }

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> UntilAsync(Simulated twilio, int count, DateTimeOffset end)
    {
        using var pause = new PeriodicTimer(Glance);
        while (true)
        {
            var created = await twilio.CreatesAsync();
            if (created.Count >= count || TimeProvider.System.GetUtcNow() > end)
                return created;
            await pause.WaitForNextTickAsync(Cancellation);
        }
    }

    private static async Task<string> VerifyAsync(LocalProcess process, string userId, string phone)
    {
        await VirtualSystem.JsonAsync(await process.Api.PutAsJsonAsync($"/v1/users/{userId}/phone", new { phoneNumber = phone, verified = true }, Cancellation));
        await VirtualSystem.JsonAsync(await process.Api.PatchAsJsonAsync(
            $"/v1/users/{userId}/preferences", new { quietHours = (string?)null, dailyLimit = 1000 }, Cancellation));
        return userId;
    }
}
