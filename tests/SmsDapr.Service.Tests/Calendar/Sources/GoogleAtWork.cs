using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Calendar.Sources.GoogleCalendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Simulators;

namespace SmsDapr.Service.Tests.Calendar.Sources;

/// <summary>The Google client against the simulator over real HTTP; both on one clock that stands still.</summary>
internal sealed class GoogleAtWork : IAsyncDisposable
{
    public const string CalendarId = SimulatorOptions.DefaultCalendarId;

    public static readonly Instant Start = Instant.FromUtc(2026, 3, 2, 8, 0);

    private readonly WebApplication _simulator;
    private readonly ServiceProvider _services;

    private GoogleAtWork(WebApplication simulator, ServiceProvider services, FakeTimeProvider clock)
    {
        _simulator = simulator;
        _services = services;
        Clock = clock;
        Http = new HttpClient { BaseAddress = new Uri(simulator.Urls.Single()) };
        Source = services.GetServices<ICalendarSource>().OfType<GoogleCalendarSource>().Single();
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _services;

    public ICalendarSource Source { get; }

    public CalendarAddress Calendar { get; init; } = new("anna", CalendarId, SimulatorOptions.DefaultRefreshToken);

    /// <summary>A week from the start of the clock.</summary>
    public static CalendarCursor Week { get; } = new(null, null, Start, Start + Duration.FromDays(7));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<GoogleAtWork> StartAsync(
        Func<SimulatorOptions, SimulatorOptions>? simulate = null,
        Func<GoogleCallLimits, GoogleCallLimits>? limit = null,
        GoogleServiceAccount? account = null,
        Action<IServiceCollection>? configure = null,
        string timeZone = "Europe/Berlin")
    {
        var clock = new FakeTimeProvider(Start.ToDateTimeOffset());
        var options = new SimulatorOptions { Port = 0, CalendarTimeZone = timeZone };
        var simulator = SimulatorHost.Create(simulate?.Invoke(options) ?? options, clock);
        await simulator.StartAsync(Cancellation);

        var address = simulator.Urls.Single();
        var limits = new GoogleCallLimits { FirstDelay = TimeSpan.FromMilliseconds(1), Jitter = () => 0.5 };
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<IClock, TimeProviderClock>();
        services.AddSingleton(limit?.Invoke(limits) ?? limits);
        services.AddSingleton(new GoogleCalendarOptions
        {
            BaseUrl = new Uri($"{address}/calendar/v3"),
            TokenUrl = new Uri($"{address}/token"),
            ClientId = SimulatorOptions.DefaultClientId,
            ClientSecret = SimulatorOptions.DefaultClientSecret,
            ServiceAccount = account,
            PublicBaseUrl = new Uri("http://127.0.0.1:9"),
        });
        services.AddGoogleCalendar();
        configure?.Invoke(services);
        return new GoogleAtWork(simulator, services.BuildServiceProvider(), clock);
    }

    /// <summary>Makes an event and gives its id.</summary>
    public async Task<string> AddAsync(object edit, string calendarId = CalendarId) =>
        (await PostAsync($"/_sim/calendar/{calendarId}/events", edit)).GetProperty("id").GetString()!;

    public Task<JsonElement> ChangeAsync(string eventId, object edit, string calendarId = CalendarId) =>
        SendAsync(HttpMethod.Patch, $"/_sim/calendar/{calendarId}/events/{eventId}", edit);

    public Task<JsonElement> DeleteAsync(string eventId, string calendarId = CalendarId) =>
        SendAsync(HttpMethod.Delete, $"/_sim/calendar/{calendarId}/events/{eventId}", null);

    public Task<JsonElement> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<JsonElement> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, body);

    public Task FailAsync(object rule) => PostAsync("/_sim/calendar/plans", new { rules = new[] { rule } });

    public async Task<int> CallsAsync(string call) =>
        (await Http.GetFromJsonAsync<JsonElement>("/_sim/calendar/calls", Cancellation)).GetProperty("counts").GetProperty(call).GetInt32();

    /// <summary>One round to its end: everything that came, and the token for the next.</summary>
    public async Task<(List<CalendarChange> Changes, string SyncToken)> RoundAsync(CalendarCursor? cursor = null)
    {
        var place = cursor ?? Week;
        var changes = new List<CalendarChange>();
        for (var pages = 0; pages < 1000; pages++)
        {
            var page = await Source.ListAsync(Calendar, place, Cancellation);
            changes.AddRange(page.Changes);
            if (page.PageToken is null)
                return (changes, page.SyncToken.ShouldNotBeNull());
            page.SyncToken.ShouldBeNull();
            place = place with { PageToken = page.PageToken };
        }

        throw new InvalidOperationException("The round does not end.");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _services.DisposeAsync();
        await _simulator.StopAsync(CancellationToken.None);
        await _simulator.DisposeAsync();
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await Http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
