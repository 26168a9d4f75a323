using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace SmsDapr.EndToEnd.Tests.Harness;

/// <summary>One process on a virtual clock, shared by the tests of a class; each test has users and phones of its own.</summary>
public sealed class VirtualSystem : IAsyncLifetime
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 7, 0, 0, TimeSpan.Zero);

    private static int _numbers = 1000;

    private readonly string[] _arguments;

    public VirtualSystem()
        : this(new LocalProcess())
    {
    }

    private VirtualSystem(LocalProcess process, params string[] arguments)
    {
        Process = process;
        _arguments = arguments;
    }

    public LocalProcess Process { get; }

    public HttpClient Api => Process.Api;

    /// <summary>One with a configuration of its own.</summary>
    public static VirtualSystem With(string variable, string value) =>
        new(new LocalProcess(new Dictionary<string, string> { [variable] = value }));

    /// <summary>One with Dapr resources of its own.</summary>
    public static VirtualSystem WithResources(string directory) => new(new LocalProcess(), "--resources-path", directory);

    public async ValueTask InitializeAsync() => await Process.StartAsync(Start, CancellationToken.None, _arguments);

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    /// <summary>A number that nobody else in this run uses and that meets no magic.</summary>
    public static string NewPhone() => string.Create(CultureInfo.InvariantCulture, $"+1202555{Interlocked.Increment(ref _numbers)}");

    public async Task<DateTimeOffset> NowAsync() =>
        (await JsonAsync(await Api.GetAsync(new Uri("/_test/clock", UriKind.Relative), Cancellation))).GetProperty("now").GetDateTimeOffset();

    public async Task AdvanceAsync(TimeSpan by) => await AdvanceToAsync(await NowAsync() + by);

    /// <summary>
    /// Moves the clock; everything due on the way, and all it leads to, is done when this returns. A call gives up after a minute of
    /// real time: on a busy machine a week takes several, and only a call that gets no further is a failure.
    /// </summary>
    public async Task AdvanceToAsync(DateTimeOffset instant)
    {
        for (var now = DateTimeOffset.MinValue; ;)
        {
            var answer = await JsonAsync(await Api.PostAsJsonAsync("/_test/clock/advance", new { to = instant.UtcDateTime }, Cancellation));
            if (answer.GetProperty("idle").GetBoolean())
                return;
            var reached = answer.GetProperty("now").GetDateTimeOffset();
            reached.ShouldBeGreaterThan(now, Process.Output);
            now = reached;
        }
    }

    /// <summary>The next time that this hour and minute (UTC) come round.</summary>
    public async Task<DateTimeOffset> NextAsync(int hour, int minute)
    {
        var now = await NowAsync();
        var today = new DateTimeOffset(now.Year, now.Month, now.Day, hour, minute, 0, TimeSpan.Zero);
        return today > now ? today : today.AddDays(1);
    }

    /// <summary>A user with a verified phone, UTC, and no quiet hours unless told otherwise.</summary>
    public async Task<TestUser> NewUserAsync(string? phone = null, object? preferences = null)
    {
        var user = new TestUser($"user-{Guid.NewGuid():N}", phone ?? NewPhone());
        await JsonAsync(await Api.PutAsJsonAsync($"/v1/users/{user.Id}/phone", new { phoneNumber = user.Phone, verified = true }, Cancellation));
        await JsonAsync(await Api.PatchAsJsonAsync(
            $"/v1/users/{user.Id}/preferences", preferences ?? new { quietHours = (string?)null }, Cancellation));
        return user;
    }

    public async Task<string> ScheduleAsync(TestUser user, DateTimeOffset? sendAt, string body = "Team stand-up in 15 mins", int? maxAttempts = null)
    {
        var request = new Dictionary<string, object?> { ["userId"] = user.Id, ["body"] = body };
        if (sendAt is { } at)
            request["sendAt"] = at.UtcDateTime;
        if (maxAttempts is { } attempts)
            request["maxAttempts"] = attempts;
        using var response = await Api.PostAsJsonAsync("/v1/messages", request, Cancellation);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, Process.Output);
        return (await JsonAsync(response)).Text("id")!;
    }

    public async Task<JsonElement> MessageAsync(string id) =>
        await JsonAsync(await Api.GetAsync(new Uri($"/v1/messages/{id}", UriKind.Relative), Cancellation));

    public async Task<JsonElement> ExplanationAsync(string id) =>
        await JsonAsync(await Api.GetAsync(new Uri($"/v1/messages/{id}/explanation", UriKind.Relative), Cancellation));

    public async Task<JsonElement> PatchUserAsync(TestUser user, object preferences) =>
        await JsonAsync(await Api.PatchAsJsonAsync($"/v1/users/{user.Id}/preferences", preferences, Cancellation));

    public Task<HttpResponseMessage> CancelAsync(string id) =>
        Api.PostAsync(new Uri($"/v1/messages/{id}/cancel", UriKind.Relative), null, Cancellation);

    /// <summary>When the simulator was asked to create a message to this user.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> CreatesAsync(TestUser user) =>
        [.. (await SimulatorItemsAsync($"/_sim/requests?to={Uri.EscapeDataString(user.Phone)}")).Select(item => item.GetProperty("at").GetDateTimeOffset())];

    /// <summary>The texts that arrived on the user's phone.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(TestUser user)
    {
        var phone = await JsonAsync(await Process.Simulator.GetAsync(new Uri($"/_sim/phones/{Uri.EscapeDataString(user.Phone)}", UriKind.Relative), Cancellation));
        return [.. phone.GetProperty("texts").EnumerateArray().Select(text => text.Text("body")!)];
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode}: {text}");
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
    }

    private async Task<IReadOnlyList<JsonElement>> SimulatorItemsAsync(string path)
    {
        var answer = await JsonAsync(await Process.Simulator.GetAsync(new Uri(path, UriKind.Relative), Cancellation));
        return [.. answer.GetProperty("items").EnumerateArray()];
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}

public sealed record TestUser(string Id, string Phone);

public static class JsonReading
{
    public static string? Text(this JsonElement element, string property) => element.GetProperty(property).GetString();

    public static DateTimeOffset? Time(this JsonElement element, string property) =>
        element.GetProperty(property) is { ValueKind: JsonValueKind.String } value ? value.GetDateTimeOffset() : null;

    public static int Number(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    /// <summary>The timeline as <c>status</c> or <c>status:reason</c>.</summary>
    public static IReadOnlyList<string> Story(this JsonElement message) =>
    [
        .. message.GetProperty("timeline").EnumerateArray().Select(entry =>
            entry.Text("reason") is { } reason ? $"{entry.Text("status")}:{reason}" : entry.Text("status")!),
    ];
}
