using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>
/// Service and sidecar are killed, the one, the other or both, while messages are under way on real time and Twilio lives on. Silence is asked about
/// after five minutes, so this takes about a quarter of an hour and runs only when SMSDAPR_KILL_MESSAGES and SMSDAPR_KILLS say how many.
/// </summary>
public sealed class KillProcessesScenario(ITestOutputHelper output)
{
    private const int Users = 10;
    private const int Seed = 20260302;

    private static readonly int Messages = Setting("SMSDAPR_KILL_MESSAGES");
    private static readonly int Kills = Setting("SMSDAPR_KILLS");
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(25);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_kills_of_service_and_sidecar_no_message_is_lost_or_doubled_and_every_record_is_true()
    {
        Assert.SkipUnless(Messages > 0 && Kills > 0, "Takes a quarter of an hour; set SMSDAPR_KILL_MESSAGES and SMSDAPR_KILLS, such as 1000 and 30.");
        var random = new Random(Seed);
        await using var system = new ServiceProcesses();
        await system.StartAsync(Cancellation);
        var twilio = new Simulated(system.Simulator);
        var users = new List<TestUser>();
        for (var number = 0; number < Users; number++)
            users.Add(await RegisterAsync(system, $"user-{number}"));

        var start = TimeProvider.System.GetUtcNow().AddSeconds(30);
        var sent = Enumerable.Range(0, Messages)
            .Select(number => new Sent(
                users[number % Users],
                new SendRequest($"message-{number}", users[number % Users].Id, $"number {number}.", start.AddSeconds(random.Next(120)).UtcDateTime),
                Accounting.Faults(random)))
            .ToList();
        await Accounting.PlanAsync(twilio, sent);

        var accepted = Parallel.ForEachAsync(
            sent, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (message, _) => await AcceptAsync(system, message));
        var victims = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var kill = 0; kill < Kills; kill++)
        {
            await PauseAsync(random.Next(50, 3000));
            var (service, sidecar, name) = random.Next(3) switch { 0 => (true, false, "service"), 1 => (false, true, "sidecar"), _ => (true, true, "both") };
            victims[name] = victims.GetValueOrDefault(name) + 1;
            await system.KillAsync(service, sidecar, Cancellation);
            await system.ReadyAsync(Cancellation);
        }

        await accepted;
        await SettledAsync(system, sent);
        await Accounting.CheckAsync(
            system.Api, twilio, sent, $"{Kills} kills ({string.Join(", ", victims.Select(victim => $"{victim.Key} {victim.Value}"))})", output);
    }

    private static async Task<TestUser> RegisterAsync(ServiceProcesses system, string id)
    {
        var user = new TestUser(id, VirtualSystem.NewPhone());
        await VirtualSystem.JsonAsync(await system.Api.PutAsJsonAsync($"/v1/users/{id}/phone", new { phoneNumber = user.Phone, verified = true }, Cancellation));
        await VirtualSystem.JsonAsync(await system.Api.PatchAsJsonAsync(
            $"/v1/users/{id}/preferences", new { quietHours = (string?)null, dailyLimit = 1000 }, Cancellation));
        return user;
    }

    /// <summary>A caller without an answer asks again, and for a later time when the one it wanted is over by then.</summary>
    private static async Task AcceptAsync(ServiceProcesses system, Sent message)
    {
        var request = message.Request;
        while (true)
        {
            try
            {
                var status = await Accounting.PostAsync(system.Api, request);
                if (status is HttpStatusCode.OK or HttpStatusCode.Accepted)
                    return;
                if (status == HttpStatusCode.BadRequest)
                    request = request with { SendAt = TimeProvider.System.GetUtcNow().AddSeconds(20).UtcDateTime };
                else
                    status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !Cancellation.IsCancellationRequested)
            {
                // Killed in the middle, as it is meant to be.
            }

            await PauseAsync(200);
        }
    }

    private static async Task SettledAsync(ServiceProcesses system, List<Sent> sent)
    {
        var until = TimeProvider.System.GetUtcNow() + SettleLimit;
        var open = sent.Select(message => message.Request.Id).ToHashSet();
        while (open.Count > 0 && TimeProvider.System.GetUtcNow() < until)
        {
            await PauseAsync(5000);
            foreach (var id in open.ToList())
            {
                try
                {
                    if ((await Accounting.RecordAsync(system.Api, id)).Text("status") is "delivered" or "failed" or "cancelled")
                        open.Remove(id);
                }
                catch (TaskCanceledException) when (!Cancellation.IsCancellationRequested)
                {
                    // Too busy to answer; asked again in the next round.
                }
            }
        }
    }

    private static async Task PauseAsync(int milliseconds)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await pause.WaitForNextTickAsync(Cancellation);
    }

    private static int Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
