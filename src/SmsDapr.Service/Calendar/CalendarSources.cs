using SmsDapr.Service.Calendar.Sources;

namespace SmsDapr.Service.Calendar;

/// <summary>All kinds of calendars; every calendar id is of one kind, the first that holds it.</summary>
internal sealed class CalendarSources(IEnumerable<ICalendarSource> sources)
{
    private readonly ICalendarSource[] _sources = [.. sources];

    public ICalendarSource For(string calendarId) => _sources.First(source => source.Holds(calendarId));
}
