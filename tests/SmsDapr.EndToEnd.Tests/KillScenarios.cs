using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.EndToEnd.Tests.Harness;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>The whole process dies without warning, again and again, somewhere in the life of its messages.</summary>
public sealed class KillScenarios(ITestOutputHelper output)
{
    private const int Kills = 25;
    private const int MessagesPerKill = 4;
    private const int Seed = 20260302;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_kill_at_any_point_every_message_arrives_exactly_once()
    {
        var random = new Random(Seed);
        var clock = VirtualSystem.Start;
        var found = new Dictionary<string, int>();
        await using var system = new VirtualSystem();
        await system.InitializeAsync();

        for (var kill = 0; kill < Kills; kill++)
        {
            var user = await system.NewUserAsync(preferences: new { quietHours = (string?)null, dailyLimit = 100 });
            var requests = Enumerable.Range(0, MessagesPerKill)
                .Select(number => new SendRequest($"kill-{kill}-{number}", user.Id, $"message {number} of round {kill}", clock.AddSeconds(number).UtcDateTime))
                .ToList();

            var life = LiveAsync(system, requests, clock.AddSeconds(20));
            await PauseAsync(random.Next(1, 350));
            await system.Process.KillAsync(Cancellation);
            await life;
            clock = clock.AddMinutes(1);
            await system.Process.StartAsync(clock, Cancellation);

            foreach (var request in requests)
                Count(found, await StatusAsync(system, request.Id));

            // A caller who got no answer asks again; that must never make a second text.
            foreach (var request in requests)
                (await PostAsync(system, request)).ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Accepted);
            clock = clock.AddMinutes(10);
            await system.AdvanceToAsync(clock);

            foreach (var request in requests)
            {
                var message = await system.MessageAsync(request.Id);
                message.Text("status").ShouldBe("delivered", $"round {kill}: {message}");
                message.GetProperty("sms").Text("status").ShouldBe("delivered");
                message.Number("attempts").ShouldBe(1, $"round {kill}: {message}");
            }

            (await system.TextsAsync(user)).Order().ShouldBe(requests.Select(request => request.Body).Order(), $"round {kill}");
        }

        output.WriteLine($"{Kills} kills, {Kills * MessagesPerKill} messages, each delivered once. Found after the restart: "
            + string.Join(", ", found.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}")));
    }

    /// <summary>What the callers and the clock do until the process dies under them.</summary>
    private static async Task LiveAsync(VirtualSystem system, IReadOnlyList<SendRequest> requests, DateTimeOffset until)
    {
        try
        {
            foreach (var request in requests)
                await PostAsync(system, request);
            await system.AdvanceToAsync(until);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The kill cut the connection, as it is meant to.
        }
    }

    private static async Task<HttpStatusCode> PostAsync(VirtualSystem system, SendRequest request)
    {
        using var response = await system.Api.PostAsJsonAsync("/v1/messages", request, JsonSerializerOptions.Web, Cancellation);
        return response.StatusCode;
    }

    private static async Task<string> StatusAsync(VirtualSystem system, string id)
    {
        using var response = await system.Api.GetAsync(new Uri($"/v1/messages/{id}", UriKind.Relative), Cancellation);
        return response.StatusCode == HttpStatusCode.NotFound ? "unknown" : (await VirtualSystem.JsonAsync(response)).Text("status")!;
    }

    private static async Task PauseAsync(int milliseconds)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await pause.WaitForNextTickAsync(Cancellation);
    }

    private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private sealed record SendRequest(string Id, string UserId, string Body, DateTime SendAt);
}
