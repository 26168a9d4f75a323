using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>One calendar of the Google simulator, as the person who owns it edits it.</summary>
public sealed class SimulatedCalendar(HttpClient http, string calendarId)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Id => calendarId;

    /// <summary>The id of a new event of half an hour.</summary>
    public async Task<string> AddAsync(DateTimeOffset start, string summary = "Design review", object? more = null)
    {
        var body = new Dictionary<string, object?> { ["summary"] = summary, ["start"] = Text(start) };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            body[property.Name] = property.GetValue(more);
        return (await VirtualSystem.JsonAsync(await http.PostAsJsonAsync(Uri("/events"), body, Cancellation))).Text("id")!;
    }

    public Task MoveAsync(string eventId, DateTimeOffset start) => ChangeAsync(eventId, new { start = Text(start) });

    public async Task ChangeAsync(string eventId, object change) =>
        await VirtualSystem.JsonAsync(await http.PatchAsJsonAsync(Uri($"/events/{eventId}"), change, Cancellation));

    public async Task DeleteAsync(string eventId) => await VirtualSystem.JsonAsync(await http.DeleteAsync(Uri($"/events/{eventId}"), Cancellation));

    public async Task RestoreAsync(string eventId) =>
        await VirtualSystem.JsonAsync(await http.PostAsync(Uri($"/events/{eventId}/restore"), null, Cancellation));

    /// <summary>What is in the calendar between two times, occurrences of series one by one.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(DateTimeOffset from, DateTimeOffset to)
    {
        var path = Uri($"/events?from={System.Uri.EscapeDataString(Text(from))}&to={System.Uri.EscapeDataString(Text(to))}");
        return [.. (await VirtualSystem.JsonAsync(await http.GetAsync(path, Cancellation))).GetProperty("items").EnumerateArray()];
    }

    public async Task ExpireSyncTokensAsync() =>
        (await http.PostAsync(Uri("/expire-sync-tokens"), null, Cancellation)).EnsureSuccessStatusCode().Dispose();

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private Uri Uri(string rest) => new($"/_sim/calendar/{System.Uri.EscapeDataString(calendarId)}{rest}", UriKind.Relative);
}

/// <summary>The Google side of the simulator: what goes wrong with pushes and calls, and what was asked.</summary>
public sealed class SimulatedGoogle(HttpClient http)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task PushesAsync(object plan) => await VirtualSystem.JsonAsync(await http.PutAsJsonAsync(Uri("/pushes"), plan, Cancellation));

    public async Task FailAsync(params object[] rules) => await VirtualSystem.JsonAsync(await http.PostAsJsonAsync(Uri("/plans"), new { rules }, Cancellation));

    public async Task RecoverAsync() => (await http.DeleteAsync(Uri("/plans"), Cancellation)).EnsureSuccessStatusCode().Dispose();

    public async Task RevokeAsync(string refreshToken) =>
        (await http.PutAsJsonAsync(Uri("/consent"), new { refreshToken, revoked = true }, Cancellation)).EnsureSuccessStatusCode().Dispose();

    public async Task<IReadOnlyList<JsonElement>> ChannelsAsync(string calendarId) =>
    [
        .. (await VirtualSystem.JsonAsync(await http.GetAsync(Uri("/channels"), Cancellation))).GetProperty("items").EnumerateArray()
            .Where(channel => channel.Text("calendarId") == calendarId),
    ];

    /// <summary>The calls about a calendar, in order.</summary>
    public async Task<IReadOnlyList<JsonElement>> CallsAsync(string calendarId, string call) =>
    [
        .. (await VirtualSystem.JsonAsync(await http.GetAsync(Uri("/calls"), Cancellation))).GetProperty("items").EnumerateArray()
            .Where(seen => seen.Text("calendarId") == calendarId && seen.Text("call") == call),
    ];

    private static Uri Uri(string rest) => new($"/_sim/calendar{rest}", UriKind.Relative);
}

/// <summary>A user with a connected calendar of his own.</summary>
public sealed record CalendarUser(TestUser User, SimulatedCalendar Calendar)
{
    private static readonly TimeSpan PushDelay = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<CalendarUser> ConnectAsync(VirtualSystem system, object? preferences = null)
    {
        var created = await CreateAsync(system, preferences);
        await created.ConnectAsync(system.Api);
        return created;
    }

    /// <summary>Not connected yet.</summary>
    public static async Task<CalendarUser> CreateAsync(VirtualSystem system, object? preferences = null)
    {
        var user = await system.NewUserAsync(preferences: preferences);
        var calendar = new SimulatedCalendar(system.Process.Simulator, $"{user.Id}@example.com");
        await VirtualSystem.JsonAsync(await system.Process.Simulator.PutAsJsonAsync($"/_sim/calendar/{calendar.Id}", new { summary = "Own" }, Cancellation));
        return new CalendarUser(user, calendar);
    }

    public async Task<JsonElement> ConnectAsync(HttpClient api) =>
        await VirtualSystem.JsonAsync(await api.PutAsJsonAsync(
            $"/v1/users/{User.Id}/calendar", new { calendarId = Calendar.Id, refreshToken = $"token-of-{User.Id}" }, Cancellation));

    public static Task PushedAsync(VirtualSystem system) => system.AdvanceAsync(PushDelay);

    public async Task<IReadOnlyList<JsonElement>> MessagesAsync(HttpClient api)
    {
        var page = await VirtualSystem.JsonAsync(await api.GetAsync(new Uri($"/v1/users/{User.Id}/messages?limit=200", UriKind.Relative), Cancellation));
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    public async Task<JsonElement> OnlyMessageAsync(HttpClient api) => (await MessagesAsync(api)).ShouldHaveSingleItem();
}
