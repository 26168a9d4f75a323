using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace SmsDapr.EndToEnd.Tests.Harness;

public sealed record SendRequest(string Id, string UserId, string Body, DateTime SendAt);

/// <summary>A message and the faults that it is to meet.</summary>
public sealed record Sent(TestUser User, SendRequest Request, IReadOnlyList<string> Faults);

/// <summary>Holds every record against what really arrived on the phone, and prints what came of all.</summary>
public static class Accounting
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>5 % of the answers dropped after and 5 % before accepting; receipts: 20 % duplicated, 10 % reordered, 5 % lost.</summary>
    public static IReadOnlyList<string> Faults(Random random)
    {
        var faults = new List<string>();
        if (random.Next(100) is < 10 and var call)
            faults.Add(call < 5 ? "answer dropped" : "request dropped");
        if (random.Next(100) is < 35 and var receipt)
            faults.Add(receipt < 20 ? "duplicated" : receipt < 30 ? "reordered" : "lost");
        return faults;
    }

    /// <summary>Scripts the simulator, instead of what was scripted before.</summary>
    public static async Task PlanAsync(Simulated twilio, IReadOnlyList<Sent> messages)
    {
        await twilio.ForgetPlansAsync();
        var rules = messages.Where(message => message.Faults.Count > 0).Select(message => (object)new
        {
            bodyContains = message.Request.Body,
            times = 1,
            behaviour = new
            {
                answer = message.Faults.Any(fault => fault.EndsWith("dropped", StringComparison.Ordinal)) ? "close" : "respond",
                created = message.Faults.Contains("answer dropped") ? true : message.Faults.Contains("request dropped") ? false : (bool?)null,
                receipts = message.Faults.FirstOrDefault(fault => !fault.EndsWith("dropped", StringComparison.Ordinal)) ?? "none",
            },
        });
        await twilio.PlanAsync([.. rules]);
    }

    public static async Task<HttpStatusCode> PostAsync(HttpClient api, SendRequest request)
    {
        using var response = await api.PostAsJsonAsync("/v1/messages", request, JsonSerializerOptions.Web, Cancellation);
        return response.StatusCode;
    }

    /// <summary>Fails when a message is lost or doubled or its record is not true.</summary>
    public static async Task CheckAsync(HttpClient api, Simulated twilio, IReadOnlyList<Sent> sent, string title, ITestOutputHelper output)
    {
        var wrong = new List<string>();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

        foreach (var ofUser in sent.GroupBy(message => message.User))
        {
            var arrived = (await twilio.TextsAsync(ofUser.Key.Phone)).ToLookup(text => text.Text("body"), text => text.Text("sid"));
            foreach (var message in ofUser)
            {
                var record = await RecordAsync(api, message.Request.Id);
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

        output.WriteLine($"{sent.Count} messages, {title}, {(await twilio.CreatesAsync()).Count} create requests");
        foreach (var (what, count) in counts)
            output.WriteLine($"  {what}: {count}");
        wrong.ShouldBeEmpty();
    }

    public static async Task<JsonElement> RecordAsync(HttpClient api, string id) =>
        await VirtualSystem.JsonAsync(await api.GetAsync(new Uri($"/v1/messages/{id}", UriKind.Relative), Cancellation));
}
