using SmsDapr.Simulators.GoogleCalendar.Access;
using SmsDapr.Simulators.GoogleCalendar.Api;
using SmsDapr.Simulators.GoogleCalendar.Behaviours;
using SmsDapr.Simulators.GoogleCalendar.Events;
using SmsDapr.Simulators.GoogleCalendar.Inspection;
using SmsDapr.Simulators.GoogleCalendar.Pushes;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar;

internal static class GoogleCalendarSimulator
{
    private static readonly TimeSpan PushLimit = TimeSpan.FromSeconds(15);

    public static void AddGoogleCalendar(this IServiceCollection services)
    {
        services.AddSingleton<CalendarState>();
        services.AddSingleton<CalendarEditing>();
        services.AddSingleton<CalendarPushes>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<CallPlans>();
        services.AddSingleton<EventIds>();
        services.AddHttpClient(CalendarPushes.ClientName, client => client.Timeout = PushLimit)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
            .RemoveAllLoggers();
    }

    public static void MapGoogleCalendar(this IEndpointRouteBuilder app)
    {
        app.MapGoogleTokens();
        app.MapGoogleEvents();
        app.MapGoogleChannels();
        app.MapCalendarInspection();
        app.MapCalendarFeed();
        app.MapCalendarPage();
    }
}
