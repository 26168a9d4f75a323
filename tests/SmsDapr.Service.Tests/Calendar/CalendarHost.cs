using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Tests.Hosting;

namespace SmsDapr.Service.Tests.Calendar;

/// <summary>A service of its own with calendars in memory and a clock in the year 2030, where no workflow timer fires.</summary>
internal sealed class CalendarHost : IAsyncDisposable
{
    /// <summary>Hosts share a state store, and each follows at its start all calendars that it finds there: one at a time, or one takes up the other's.</summary>
    public const string Alone = "calendars";

    public static readonly Instant Morning = Instant.FromUtc(2030, 1, 7, 8, 0);

    private static int _numbers = 3000;

    private readonly WebApplication _service;
    private readonly HttpClient _http;

    private CalendarHost(WebApplication service, FakeTimeProvider clock, CalendarInMemory source)
    {
        _service = service;
        Clock = clock;
        Source = source;
        _http = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        _http.DefaultRequestHeaders.Add("X-Api-Key", RunningService.AdminKey);
    }

    public FakeTimeProvider Clock { get; }

    public CalendarInMemory Source { get; }

    public IServiceProvider Services => _service.Services;

    public Instant Now => Instant.FromDateTimeOffset(Clock.GetUtcNow());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<CalendarHost> StartAsync(RunningService running, CalendarInMemory? source = null, FakeTimeProvider? clock = null)
    {
        var time = clock ?? new FakeTimeProvider(Morning.ToDateTimeOffset());
        var calendars = source ?? new CalendarInMemory();
        calendars.Now = () => Instant.FromDateTimeOffset(time.GetUtcNow());
        var service = await running.StartServiceAsync(
            running.GrpcAddress,
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time);
                builder.Services.AddSingleton<ICalendarSource>(calendars);
            });
        return new CalendarHost(service, time, calendars);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
    }

    /// <summary>A user with a verified phone, without quiet hours.</summary>
    public async Task<string> NewUserAsync()
    {
        var userId = $"u-{Guid.NewGuid():N}";
        await SendAsync(HttpMethod.Put, $"/v1/users/{userId}/phone", new { phoneNumber = $"+1202555{Interlocked.Increment(ref _numbers)}", verified = true });
        await SendAsync(HttpMethod.Patch, $"/v1/users/{userId}/preferences", new { quietHours = (string?)null, dailyLimit = 1000 });
        return userId;
    }

    public Task<(HttpStatusCode Status, JsonObject Body)> ConnectAsync(string userId, string? calendarId = null, string? refreshToken = null) =>
        SendAsync(HttpMethod.Put, $"/v1/users/{userId}/calendar", new { calendarId = calendarId ?? CalendarOf(userId), refreshToken });

    public static string CalendarOf(string userId) => $"{userId}@example.org";

    /// <summary>An event of the user that begins this long after 8 o'clock.</summary>
    public static CalendarEntry Event(string userId, string id, int minutes, string title = "Stand-up") => new()
    {
        Id = id,
        CalendarId = CalendarOf(userId),
        Title = title,
        Start = Morning + Duration.FromMinutes(minutes),
        End = Morning + Duration.FromMinutes(minutes + 30),
    };

    /// <summary>Pushes as the source would, and waits until the calendar was followed.</summary>
    public async Task<HttpStatusCode> PushAsync(string userId, string state = "exists", string? token = null, string? resourceId = null, string? channelId = null)
    {
        var channel = Source.Channels.FindLast(known => known.ResourceId == $"resource-of-{CalendarOf(userId)}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/webhooks/google-calendar", UriKind.Relative));
        request.Headers.Add("X-Goog-Channel-ID", channelId ?? channel?.Id);
        request.Headers.Add("X-Goog-Resource-ID", resourceId ?? channel?.ResourceId);
        request.Headers.Add("X-Goog-Channel-Token", token ?? channel?.Token);
        request.Headers.Add("X-Goog-Resource-State", state);
        using var response = await _http.SendAsync(request, Cancellation);
        await FollowedAsync(userId);
        return response.StatusCode;
    }

    /// <summary>Completes when the user's calendar is not being followed.</summary>
    public Task FollowedAsync(string userId) => Services.GetRequiredService<Service.Calendar.CalendarQueue>().FollowedAsync(userId);

    public async Task<IReadOnlyList<Message>> MessagesAsync(string userId)
    {
        var found = new List<Message>();
        var messages = Services.GetRequiredService<UserMessages>();
        for (var day = -1; day <= 15; day++)
            found.AddRange(await messages.OnDayAsync(userId, Morning.InUtc().Date.PlusDays(day), Cancellation));
        return found;
    }

    public async Task<Message> OnlyMessageAsync(string userId) => (await MessagesAsync(userId)).ShouldHaveSingleItem();

    public async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = System.Net.Http.Json.JsonContent.Create(body);
        using var response = await _http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return (response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }
}
