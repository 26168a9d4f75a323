using System.Text.Json;
using NodaTime;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>
/// What a person wants changed; what is left out stays. Times are <c>2026-03-08</c> (all day), <c>2026-03-08T09:00</c> (in
/// <see cref="TimeZone"/>, else the calendar's) or carry an offset. A new start without an end keeps the length.
/// </summary>
internal sealed record EventEdit
{
    private static readonly TimeSpan DefaultLength = TimeSpan.FromMinutes(30);

    /// <summary>Of a new event; left out, one is made.</summary>
    public string? Id { get; init; }

    public JsonElement Summary { get; init; }

    public JsonElement Description { get; init; }

    public JsonElement Location { get; init; }

    public string? Start { get; init; }

    public string? End { get; init; }

    public string? TimeZone { get; init; }

    /// <summary><c>RRULE:…</c>; only a new event can become a series.</summary>
    public string? Recurrence { get; init; }

    public JsonElement JoinLink { get; init; }

    public string? EventType { get; init; }

    public string? Status { get; init; }

    /// <summary>The owner's answer to the invitation: <c>needsAction</c>, <c>declined</c>, <c>tentative</c>, <c>accepted</c>.</summary>
    public string? Response { get; init; }

    /// <summary>The details after the edit, or what is wrong with it.</summary>
    public (EventDetails? Details, string? Problem) Apply(EventDetails? before, string calendarZone)
    {
        if (TimeZone is not null && !EventTime.IsZone(TimeZone))
            return (null, "timeZone is not an IANA time zone.");
        if (Recurrence is not null && before is not null && before.Recurrence is null)
            return (null, "Only a new event can become a series.");
        if (Recurrence is not null && RecurrenceRule.Parse(Recurrence) is null)
            return (null, "recurrence is not a rule that this simulator knows, such as RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10.");
        var zone = TimeZone ?? before?.Start.TimeZone ?? calendarZone;
        var start = Start is null ? before?.Start : EventTime.Parse(Start, zone);
        if (start is null)
            return (null, "start must be a date, a local time or a time with an offset.");
        var end = End is not null ? EventTime.Parse(End, zone) : Start is null ? before!.End : EndAfter(start, before);
        if (end is null || end.Date is null != start.Date is null || end.ToInstant(calendarZone) <= start.ToInstant(calendarZone))
            return (null, "end must be of the same kind as start and after it.");
        if ((Recurrence ?? before?.Recurrence) is { } rule)
        {
            // A series that does not begin on a day of its rule is undefined, so it begins on the next one.
            var date = start.ToLocal().Date;
            if (RecurrenceRule.Parse(rule)!.Dates(date).Cast<LocalDate?>().FirstOrDefault() is not { } first)
                return (null, "recurrence never happens.");
            var days = Period.DaysBetween(date, first);
            (start, end) = (start.PlusDays(days), end.PlusDays(days));
        }

        var details = before ?? new EventDetails { Start = start, End = end };
        details = details with
        {
            Start = start,
            End = end,
            Summary = Text(Summary, details.Summary),
            Description = Text(Description, details.Description),
            Location = Text(Location, details.Location),
            JoinLink = Text(JoinLink, details.JoinLink),
            Recurrence = Recurrence ?? details.Recurrence,
            EventType = EventType ?? details.EventType,
            Status = Status ?? details.Status,
            Response = Response ?? details.Response,
        };
        // One that is over before it begins: whether its first day counts is read either way.
        return details.Recurrence is not null && !Occurrences.StartsOf(details, calendarZone, Instant.MaxValue).Any()
            ? (null, "recurrence never happens.")
            : (details, null);
    }

    // Null takes the value away, leaving it out keeps it.
    private static string? Text(JsonElement value, string? before) => value switch
    {
        { ValueKind: JsonValueKind.Undefined } => before,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => null,
    };

    private static EventTime EndAfter(EventTime start, EventDetails? before)
    {
        if (start.Date is { } date)
        {
            var days = before is { Start.Date: { } first, End.Date: { } last } ? last.DayNumber - first.DayNumber : 1;
            return start with { Date = date.AddDays(days) };
        }

        var length = before is { Start.At: { } from, End.At: { } to } ? to - from : DefaultLength;
        return start with { At = start.At!.Value + length };
    }
}
