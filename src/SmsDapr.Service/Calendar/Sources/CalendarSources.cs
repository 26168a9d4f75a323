namespace SmsDapr.Service.Calendar.Sources;

/// <summary>All kinds of calendars; every calendar id is of exactly one kind.</summary>
internal sealed class CalendarSources(IEnumerable<ICalendarSource> sources)
{
    private readonly ICalendarSource[] _sources = [.. sources];

    public ICalendarSource For(string calendarId) => _sources.Single(source => source.Holds(calendarId));
}
