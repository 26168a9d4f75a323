using SmsDapr.Service.Calendar.Sources.Feeds;
using SmsDapr.Service.Calendar.Sources.GoogleCalendar;

namespace SmsDapr.Service.Calendar.Sources;

internal static class CalendarSourcesRegistration
{
    /// <summary>Every kind of calendar that the service can read.</summary>
    public static void AddCalendarSources(this WebApplicationBuilder builder)
    {
        builder.Services.AddGoogleCalendar();
        builder.Services.AddCalendarFeeds();
    }
}
