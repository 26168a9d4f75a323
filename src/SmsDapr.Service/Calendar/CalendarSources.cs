using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Calendar;

/// <summary>Every kind of calendar there is.</summary>
internal sealed class CalendarSources(IEnumerable<ICalendarSource> sources)
{
    private readonly ICalendarSource[] _sources = [.. sources];

    /// <summary>The kind that a calendar id belongs to; null when it is none.</summary>
    public ICalendarSource? Find(string calendarId) => Array.Find(_sources, source => source.Holds(calendarId));

    /// <exception cref="CalendarRefusedException">No kind of calendar takes the id any more.</exception>
    public ICalendarSource Of(CalendarConnection connection) =>
        Find(connection.CalendarId) ?? throw new CalendarRefusedException("not_supported");
}
