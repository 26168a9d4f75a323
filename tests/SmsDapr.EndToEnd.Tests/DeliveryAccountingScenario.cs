using System.Globalization;
using System.Net;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>
/// Every message is accounted for: the process that service, sidecar and simulator share is killed again and again while Twilio drops answers and bends
/// receipts, and in the end each record is compared with what really arrived on the phone. Sized by SMSDAPR_ACCOUNTING_MESSAGES and
/// SMSDAPR_ACCOUNTING_KILLS. <see cref="KillProcessesScenario"/> kills service and sidecar one by one.
/// </summary>
public sealed class DeliveryAccountingScenario(ITestOutputHelper output)
{
    private const int Seed = 20260302;

    private static readonly int Messages = Setting("SMSDAPR_ACCOUNTING_MESSAGES", 300);
    private static readonly int Kills = Setting("SMSDAPR_ACCOUNTING_KILLS", 10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_kills_lost_answers_and_bent_receipts_no_message_is_lost_or_doubled_and_every_record_is_true()
    {
        var random = new Random(Seed);
        var clock = VirtualSystem.Start;
        var sent = new List<Sent>();
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var twilio = new Simulated(system.Process.Simulator);

        for (var kill = 0; kill < Kills; kill++)
        {
            var user = await system.NewUserAsync(preferences: new { quietHours = (string?)null, dailyLimit = 1000 });
            var round = Enumerable.Range(0, (Messages / Kills) + (kill < Messages % Kills ? 1 : 0))
                .Select(number => new Sent(
                    user,
                    new SendRequest($"round-{kill}-{number}", user.Id, $"message {number} of round {kill}.", clock.AddSeconds(number % 20).UtcDateTime),
                    Accounting.Faults(random)))
                .ToList();
            sent.AddRange(round);

            await Accounting.PlanAsync(twilio, round);
            var life = LiveAsync(system, round, clock.AddSeconds(40));
            await PauseAsync(random.Next(20, 1500));
            await system.Process.KillAsync(Cancellation);
            await life;
            clock = clock.AddMinutes(1);
            await system.Process.StartAsync(clock, Cancellation);

            // A caller without an answer asks again; the simulator's script died with it.
            await Accounting.PlanAsync(twilio, round);
            await Task.WhenAll(round.Select(async message =>
                (await Accounting.PostAsync(system.Api, message.Request)).ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Accepted)));
        }

        await system.AdvanceToAsync(clock.AddMinutes(45));
        await Accounting.CheckAsync(system.Api, twilio, sent, $"{Kills} kills of service and sidecar together", output);
    }

    private static async Task LiveAsync(VirtualSystem system, List<Sent> round, DateTimeOffset until)
    {
        try
        {
            var first = round.Take(round.Count / 2).ToList();
            await Task.WhenAll(first.Select(message => Accounting.PostAsync(system.Api, message.Request)));
            var advance = system.AdvanceToAsync(until);
            await Task.WhenAll(round.Skip(first.Count).Select(message => Accounting.PostAsync(system.Api, message.Request)));
            await advance;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The kill cut the connection, as it is meant to.
        }
    }

    private static async Task PauseAsync(int milliseconds)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await pause.WaitForNextTickAsync(Cancellation);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : otherwise;
}
