using System.Net;
using SmsDapr.Simulators.GoogleCalendar;
using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Pushes;
using SmsDapr.Simulators.GoogleCalendar.Storage;
using SmsDapr.Simulators.Twilio;
using SmsDapr.Simulators.Twilio.Messages;
using SmsDapr.Simulators.Twilio.Storage;
using SmsDapr.Simulators.Twilio.Webhooks;

namespace SmsDapr.Simulators;

/// <summary>Builds the web application that stands in for the providers.</summary>
public static class SimulatorHost
{
    /// <summary>Listens on loopback only, once started.</summary>
    /// <param name="options">Accounts, delays and where data lives.</param>
    /// <param name="clock">Every delay is a timer of this clock; its callbacks start their outgoing calls before they return.</param>
    /// <param name="configure">Lets an embedding host add logging, middleware or HTTP client handlers.</param>
    /// <exception cref="ArgumentException">The calendar's zone is unknown, or the inbound URL is none that Twilio would call.</exception>
    /// <exception cref="IOException">The data directory cannot be used, for one because another simulator holds it.</exception>
    public static WebApplication Create(SimulatorOptions options, TimeProvider clock, Action<WebApplicationBuilder>? configure = null)
    {
        if (options.InboundUrl is not null && WebhookTarget.TryParse(options.InboundUrl) is null)
            throw new ArgumentException("InboundUrl must be an absolute http or https URL without an underscore in its host name.", nameof(options));

        if (!EventTime.IsZone(options.CalendarTimeZone))
            throw new ArgumentException("CalendarTimeZone must be an IANA time zone.", nameof(options));

        // Empty, so that settings meant for an embedding host cannot change where this one listens.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(SimulatorHost).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(clock);
        builder.Services.AddTwilio();
        builder.Services.AddGoogleCalendar();
        builder.Logging.AddSimpleConsole();
        // Request paths hold phone numbers.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A failed start is said in one line by whoever starts it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        configure?.Invoke(builder);

        var app = builder.Build();
        // Reads the data directory now: an unusable one fails here and not at the first request.
        app.Services.GetRequiredService<TwilioState>();
        app.Services.GetRequiredService<CalendarState>();
        app.MapTwilio();
        app.MapGoogleCalendar();
        if (options.ResumeOnStart)
            app.Lifetime.ApplicationStarted.Register(() => Resume(app));
        return app;
    }

    /// <summary>Lets messages and calendar pushes that an earlier run left unfinished go on. To be called once, after the start.</summary>
    public static void Resume(WebApplication app)
    {
        app.Services.GetRequiredService<MessageLife>().Resume();
        app.Services.GetRequiredService<CalendarPushes>().Resume();
    }
}
