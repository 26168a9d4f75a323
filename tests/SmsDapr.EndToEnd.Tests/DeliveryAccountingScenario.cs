using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>
/// Every message is accounted for: the whole process is killed again and again while Twilio drops answers and bends receipts, and in
/// the end each record is compared with what really arrived on the phone. Sized by SMSDAPR_ACCOUNTING_MESSAGES and
/// SMSDAPR_ACCOUNTING_KILLS.
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
        var perRound = (Messages + Kills - 1) / Kills;
        await using var system = new VirtualSystem();
        await system.InitializeAsync();
        var twilio = new Simulated(system.Process.Simulator);

        for (var kill = 0; kill < Kills; kill++)
        {
            var user = await system.NewUserAsync(preferences: new { quietHours = (string?)null, dailyLimit = 1000 });
            var round = Enumerable.Range(0, perRound)
                .Select(number => new Sent(
                    user, new SendRequest($"round-{kill}-{number}", user.Id, $"message {number} of round {kill}.", clock.AddSeconds(number % 20).UtcDateTime), Faults(random)))
                .ToList();
            sent.AddRange(round);

            await PlanAsync(twilio, round);
            var life = LiveAsync(system, round, clock.AddSeconds(40));
            await PauseAsync(random.Next(20, 1500));
            await system.Process.KillAsync(Cancellation);
            await life;
            clock = clock.AddMinutes(1);
            await system.Process.StartAsync(clock, Cancellation);

            // A caller without an answer asks again; the simulator's script died with it.
            await PlanAsync(twilio, round);
            await Task.WhenAll(round.Select(async message => (await PostAsync(system, message.Request)).ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Accepted)));
        }

        await system.AdvanceToAsync(clock.AddMinutes(45));
        await AccountAsync(system, twilio, sent);
    }

    private async Task AccountAsync(VirtualSystem system, Simulated twilio, IReadOnlyList<Sent> sent)
    {
        var wrong = new List<string>();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

        foreach (var ofUser in sent.GroupBy(message => message.User))
        {
            var arrived = (await twilio.TextsAsync(ofUser.Key.Phone)).ToLookup(text => text.Text("body"), text => text.Text("sid"));
            foreach (var message in ofUser)
            {
                var record = await system.MessageAsync(message.Request.Id);
                var sids = arrived[message.Request.Body].ToList();
                var sms = record.GetProperty("sms");
                Count(sids.Count switch { 0 => "lost", 1 => "arrived once", _ => "doubled" });
                Count($"attempts {record.Number("attempts")}");
                foreach (var fault in message.Faults)
                    Count($"fault: {fault}");

                var isTrue = record.Text("status") == "delivered" && sms.Text("status") == "delivered"
                    && sids.Count == 1 && record.Text("twilioSid") == sids[0] && sms.Text("twilioSid") == sids[0];
                Count(isTrue ? "record true" : "record false");
                if (!isTrue)
                    wrong.Add($"{message.Request.Id} [{string.Join(", ", message.Faults)}] arrived {sids.Count} times: {record}");
            }
        }

        output.WriteLine($"{sent.Count} messages, {Kills} kills of the whole process, {(await twilio.CreatesAsync()).Count} create requests");
        foreach (var (what, count) in counts)
            output.WriteLine($"  {what}: {count}");
        wrong.ShouldBeEmpty();
    }

    private static async Task LiveAsync(VirtualSystem system, IReadOnlyList<Sent> round, DateTimeOffset until)
    {
        try
        {
            var first = round.Take(round.Count / 2).ToList();
            await Task.WhenAll(first.Select(message => PostAsync(system, message.Request)));
            var advance = system.AdvanceToAsync(until);
            await Task.WhenAll(round.Skip(first.Count).Select(message => PostAsync(system, message.Request)));
            await advance;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The kill cut the connection, as it is meant to.
        }
    }

    /// <summary>5 % of the answers dropped after and 5 % before accepting; receipts: 20 % duplicated, 10 % reordered, 5 % lost.</summary>
    private static List<string> Faults(Random random)
    {
        var faults = new List<string>();
        if (random.Next(100) is < 10 and var call)
            faults.Add(call < 5 ? "answer dropped" : "request dropped");
        if (random.Next(100) is < 35 and var receipt)
            faults.Add(receipt < 20 ? "duplicated" : receipt < 30 ? "reordered" : "lost");
        return faults;
    }

    private static async Task PlanAsync(Simulated twilio, IReadOnlyList<Sent> round)
    {
        await twilio.ForgetPlansAsync();
        var rules = round.Where(message => message.Faults.Count > 0).Select(message => (object)new
        {
            bodyContains = message.Request.Body,
            times = 1,
            behaviour = new
            {
                answer = message.Faults.Exists(fault => fault.EndsWith("dropped", StringComparison.Ordinal)) ? "close" : "respond",
                created = message.Faults.Contains("answer dropped") ? true : message.Faults.Contains("request dropped") ? false : (bool?)null,
                receipts = message.Faults.Find(fault => !fault.EndsWith("dropped", StringComparison.Ordinal)) ?? "none",
            },
        });
        await twilio.PlanAsync([.. rules]);
    }

    private static async Task<HttpStatusCode> PostAsync(VirtualSystem system, SendRequest request)
    {
        using var response = await system.Api.PostAsJsonAsync("/v1/messages", request, JsonSerializerOptions.Web, Cancellation);
        return response.StatusCode;
    }

    private static async Task PauseAsync(int milliseconds)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await pause.WaitForNextTickAsync(Cancellation);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : otherwise;

    private sealed record SendRequest(string Id, string UserId, string Body, DateTime SendAt);

    private sealed record Sent(TestUser User, SendRequest Request, List<string> Faults);
}
