using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SmsDapr.Simulators.Tests.Support;

namespace SmsDapr.Simulators.Tests.GoogleCalendar;

/// <summary>What tests of the calendar do with a simulator, as a caller of Google and as a person in front of the calendar.</summary>
internal static class CalendarSimulator
{
    public const string Calendar = SimulatorOptions.DefaultCalendarId;
    public const string Events = $"/calendar/v3/calendars/{Calendar}/events";
    public const string Sim = $"/_sim/calendar/{Calendar}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Lets the simulator's client call Google's API from now on.</summary>
    public static async Task SignInAsync(this Simulator simulator)
    {
        using var answer = await simulator.PostAsync(
            "/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", SimulatorOptions.DefaultRefreshToken),
            ("client_id", SimulatorOptions.DefaultClientId),
            ("client_secret", SimulatorOptions.DefaultClientSecret));
        var grant = await Simulator.JsonAsync(answer, 200);
        simulator.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", grant.GetProperty("access_token").GetString());
    }

    public static async Task<string> AddEventAsync(this Simulator simulator, object edit) =>
        (await simulator.CallAsync(HttpMethod.Post, $"{Sim}/events", edit, 201)).GetProperty("id").GetString()!;

    public static async Task<JsonElement> CallAsync(this Simulator simulator, HttpMethod method, string path, object? body = null, int status = 200)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await simulator.Client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        ((int)answer.StatusCode).ShouldBe(status, text);
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public static Task<JsonElement> WatchAsync(this Simulator simulator, string address, string id = "channel-1") => simulator.CallAsync(
        HttpMethod.Post, $"{Events}/watch", new { id, type = "web_hook", address, token = "secret" });

    public static async Task ShouldRefuseAsync(this Simulator simulator, string path, int status, string reason, string? location = null)
    {
        var error = (await simulator.CallAsync(HttpMethod.Get, path, null, status)).GetProperty("error");
        error.GetProperty("code").GetInt32().ShouldBe(status);
        var detail = error.GetProperty("errors")[0];
        detail.GetProperty("reason").GetString().ShouldBe(reason);
        if (location is not null)
            detail.GetProperty("location").GetString().ShouldBe(location);
    }
}
