using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Calendar.Sources.Feeds;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Tests.Calendar.Sources;

/// <summary>A real web server with one feed, and the source that reads it.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceProvider _services;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    private FeedServer(bool allowPrivate, FeedCallLimits? limits, Action<IServiceCollection>? configure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ServeAsync);

        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<IClock, TimeProviderClock>();
        services.AddSingleton(new CalendarFeedOptions { AllowPrivateAddresses = allowPrivate });
        services.AddSingleton(limits ?? new FeedCallLimits { FirstDelay = TimeSpan.FromMilliseconds(1), Jitter = () => 0.5 });
        services.AddCalendarFeeds();
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
        Source = _services.GetRequiredService<ICalendarSource>();
    }

    public ICalendarSource Source { get; }

    public string Body { get; set; } = Calendar("Old", "20260302T100000Z");

    public int Status { get; set; } = 200;

    public bool HasETag { get; set; } = true;

    public bool Hangs { get; set; }

    public ConcurrentQueue<int> Statuses { get; } = new();

    public static async Task<FeedServer> StartAsync(bool allowPrivate = true, FeedCallLimits? limits = null, Action<IServiceCollection>? configure = null)
    {
        var server = new FeedServer(allowPrivate, limits, configure);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public static string Calendar(string title, string start) =>
        $"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20260101T000000Z\nDTSTART:{start}\nSUMMARY:{title}\nEND:VEVENT\nEND:VCALENDAR\n"
            .ReplaceLineEndings("\r\n");

    public CalendarAddress Calendar(string path = "/feed") => new("anna", _app.Urls.Single() + path, null);

    public Task<CalendarPage> ListAsync(CalendarCursor cursor, string path = "/feed") =>
        Source.ListAsync(Calendar(path), cursor, TestContext.Current.CancellationToken);

    /// <summary>Until the copies of what was just fetched are gone.</summary>
    public void Forget() => _clock.Advance(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _app.Lifetime.StopApplication();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        if (path == "/away")
        {
            http.Response.Redirect("http://example.com/feed.ics");
            return;
        }

        if (path.Split('/') is [_, "redirect", var left] && left != "0")
        {
            http.Response.Redirect($"/redirect/{int.Parse(left, System.Globalization.CultureInfo.InvariantCulture) - 1}");
            return;
        }

        if (Hangs)
        {
            await http.Response.WriteAsync("BEGIN:VCALENDAR\r\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);
        }

        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body)))[..8]}\"";
        var status = Status == 200 && HasETag && http.Request.Headers.IfNoneMatch == tag ? 304 : Status;
        Statuses.Enqueue(status);
        http.Response.StatusCode = status;
        if (HasETag)
            http.Response.Headers.ETag = tag;
        if (status == 200)
            await http.Response.WriteAsync(Body, http.RequestAborted);
    }
}
