using System.Text.Json;

namespace SmsDapr.Local;

/// <summary>A user with a verified phone and one message a few seconds ahead, followed to its receipt through the public API.</summary>
internal sealed class Demo(Uri service, TextWriter output)
{
    public const string UserId = "demo";

    private const string Phone = "+12025550171";
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Gives the demo user a verified phone, so that the printed curl works from the start.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        using var http = Client();
        await Expect(http.PutAsJsonAsync($"/v1/users/{UserId}/phone", new { phoneNumber = Phone, verified = true }, cancellation));

        // The demo shows a delivery at any hour and after any number of starts.
        await Expect(http.PatchAsJsonAsync($"/v1/users/{UserId}/preferences", new { quietHours = (string?)null, dailyLimit = 1000 }, cancellation));
    }

    /// <summary>Sends one message and prints what becomes of it.</summary>
    public async Task RunAsync(TimeProvider clock, CancellationToken stopping)
    {
        using var http = Client();
        try
        {
            var sendAt = clock.GetUtcNow() + Ahead;
            using var created = await Expect(http.PostAsJsonAsync(
                "/v1/messages",
                new { userId = UserId, body = "Team stand-up in 15 mins", sendAt = sendAt.UtcDateTime },
                stopping));
            var message = await created.Content.ReadFromJsonAsync<JsonElement>(stopping);
            await FollowAsync(http, message.GetProperty("id").GetString()!, stopping);
        }
        catch (HttpRequestException e)
        {
            await output.WriteLineAsync($"  demo: the service did not take the demo message ({(int?)e.StatusCode}).");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops before the demo is through.
        }
    }

    private HttpClient Client()
    {
        var http = new HttpClient { BaseAddress = service, Timeout = CallTimeout };
        http.DefaultRequestHeaders.Authorization = new("Bearer", LocalHost.AdminKey);
        return http;
    }

    private async Task FollowAsync(HttpClient http, string id, CancellationToken stopping)
    {
        string? seen = null;
        while (true)
        {
            var message = await http.GetFromJsonAsync<JsonElement>($"/v1/messages/{id}", stopping);
            var status = message.GetProperty("status").GetString();
            if (status != seen)
            {
                seen = status;
                await output.WriteLineAsync($"  demo: {id} is {status}");
            }

            if (status is "delivered" or "failed" or "cancelled")
            {
                return;
            }

            await Task.Delay(Glance, TimeProvider.System, stopping);
        }
    }

    private static async Task<HttpResponseMessage> Expect(Task<HttpResponseMessage> call) =>
        (await call).EnsureSuccessStatusCode();
}
