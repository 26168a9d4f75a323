namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>One thing that an events list can hold: a single event, a series, or one occurrence of a series.</summary>
/// <param name="Id">Of the event or the occurrence.</param>
/// <param name="SeriesId">Occurrences: their series.</param>
/// <param name="OriginalStart">Occurrences: where the rule puts them.</param>
/// <param name="Details">How it is, or last was.</param>
/// <param name="Cancelled">Whether it was deleted.</param>
/// <param name="Revision">The calendar's revision that it last changed with.</param>
/// <param name="Created">When it came to be.</param>
/// <param name="Updated">When it last changed.</param>
internal sealed record EventItem(
    string Id,
    string? SeriesId,
    EventTime? OriginalStart,
    EventDetails Details,
    bool Cancelled,
    long Revision,
    DateTimeOffset Created,
    DateTimeOffset Updated);
