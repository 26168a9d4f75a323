using System.Globalization;
using System.Text.Json;
using SmsDapr.Simulators;

namespace SmsDapr.Local;

/// <summary>
/// A user with a verified phone and a calendar with an event whose reminder is a few seconds ahead, followed to its receipt through the public API. Without simulators
/// there is no calendar to write to, so a text of its own takes the reminder's place.
/// </summary>
internal sealed class Demo(Uri service, Uri? simulator, TextWriter output)
{
    public const string UserId = "demo";

    private const string Phone = "+12025550171";
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Lead = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan PlannedWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Gives the demo user a verified phone, so that the printed curl works from the start.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        using var http = Client();
        await Expect(http.PutAsJsonAsync($"/v1/users/{UserId}/phone", new { phoneNumber = Phone, verified = true }, cancellation));

        // The demo shows a delivery at any hour and after any number of starts.
        await Expect(http.PatchAsJsonAsync($"/v1/users/{UserId}/preferences", new { quietHours = (string?)null, dailyLimit = 1000, leadTimeMinutes = (int)Lead.TotalMinutes }, cancellation));
    }

    /// <summary>Puts an event into the calendar and prints what becomes of its reminder.</summary>
    public async Task RunAsync(TimeProvider clock, CancellationToken stopping)
    {
        using var http = Client();
        try
        {
            var id = simulator is null ? await SendAsync(http, clock, stopping) : await RemindAsync(http, simulator, clock, stopping);
            if (id is null)
                await output.WriteLineAsync("  demo: the event got no reminder.");
            else
                await FollowAsync(http, id, stopping);
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

    private static async Task<string?> SendAsync(HttpClient http, TimeProvider clock, CancellationToken stopping)
    {
        var sendAt = clock.GetUtcNow() + Ahead;
        using var created = await Expect(http.PostAsJsonAsync(
            "/v1/messages", new { userId = UserId, body = "Team stand-up in 15 mins", sendAt = sendAt.UtcDateTime }, stopping));
        return (await created.Content.ReadFromJsonAsync<JsonElement>(stopping)).GetProperty("id").GetString();
    }

    /// <summary>The id of the reminder; null when none came.</summary>
    private static async Task<string?> RemindAsync(HttpClient http, Uri simulator, TimeProvider clock, CancellationToken stopping)
    {
        using var calendar = new HttpClient { BaseAddress = simulator, Timeout = CallTimeout };
        var start = clock.GetUtcNow() + Lead + Ahead;
        using var created = await Expect(calendar.PostAsJsonAsync(
            $"/_sim/calendar/{SimulatorOptions.DefaultCalendarId}/events",
            new { summary = "Team stand-up", start = start.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) },
            stopping));
        var eventId = (await created.Content.ReadFromJsonAsync<JsonElement>(stopping)).GetProperty("id").GetString();
        using var connected = await Expect(http.PutAsJsonAsync(
            $"/v1/users/{UserId}/calendar",
            new { calendarId = SimulatorOptions.DefaultCalendarId, refreshToken = SimulatorOptions.DefaultRefreshToken },
            stopping));

        var from = Uri.EscapeDataString((clock.GetUtcNow() - Lead).UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        for (var waited = TimeSpan.Zero; waited < PlannedWithin; waited += Glance)
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/v1/users/{UserId}/messages?limit=200&from={from}", stopping);
            var reminder = page.GetProperty("items").EnumerateArray().FirstOrDefault(message =>
                message.GetProperty("event") is { ValueKind: JsonValueKind.Object } its && its.GetProperty("id").GetString() == eventId);
            if (reminder.ValueKind == JsonValueKind.Object)
                return reminder.GetProperty("id").GetString();
            await Task.Delay(Glance, TimeProvider.System, stopping);
        }

        return null;
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
