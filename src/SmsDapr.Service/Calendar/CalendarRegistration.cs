using Microsoft.Extensions.DependencyInjection.Extensions;
using SmsDapr.Service.Calendar.Sources;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Privacy;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Calendar;

internal static class CalendarRegistration
{
    public static void AddCalendar(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(new BackgroundWork());
        builder.AddCalendarSources();
        builder.Services.AddSingleton<CalendarSources>();
        builder.Services.AddSingleton<CalendarConnections>();
        builder.Services.AddSingleton<CalendarDirectory>();
        builder.Services.AddSingleton<CalendarChannels>();
        builder.Services.AddSingleton<CalendarEvents>();
        builder.Services.AddSingleton<EventLookup>();
        builder.Services.AddSingleton<CalendarSync>();
        builder.Services.AddSingleton<CalendarDisconnection>();
        builder.Services.AddSingleton<CalendarFollower>();
        builder.Services.AddSingleton<CalendarQueue>();
        builder.Services.AddSingleton<CalendarJobs>();
        builder.Services.AddSingleton<IUserChangeListener, CalendarUserReaction>();
        builder.Services.AddSingleton<IUserDataHolder, CalendarErasure>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CalendarQueue>());
        builder.Services.AddHostedService<CalendarStart>();
    }

    public static void MapCalendarJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapCron("plan-reminders", (CalendarJobs jobs, CancellationToken cancellation) => jobs.PlanAsync(cancellation));
        routes.MapCron("renew-calendars", (CalendarJobs jobs, CancellationToken cancellation) => jobs.RenewAsync(cancellation));
    }
}
