using System.Net.Mime;

namespace SmsDapr.Simulators.GoogleCalendar.Inspection;

/// <summary>The page at <c>/calendar</c>, on which a person edits a simulated calendar.</summary>
internal static class CalendarPage
{
    private const string Resource = "SmsDapr.Simulators.GoogleCalendar.Inspection.calendar.html";

    public static void MapCalendarPage(this IEndpointRouteBuilder app) => app.MapGet("/calendar", () => Results.Stream(
        typeof(CalendarPage).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded."),
        $"{MediaTypeNames.Text.Html}; charset=utf-8"));
}
