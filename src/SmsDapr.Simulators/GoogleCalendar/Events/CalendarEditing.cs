using NodaTime;
using SmsDapr.Simulators.GoogleCalendar.Pushes;
using SmsDapr.Simulators.GoogleCalendar.Storage;

namespace SmsDapr.Simulators.GoogleCalendar.Events;

/// <summary>What came of an edit: the item as it is now, nothing when there is no such event, or what is wrong.</summary>
internal sealed record EditOutcome(EventItem? Item, string? Problem);

/// <summary>Changes calendars the way a person does in front of Google's page; every change is pushed to who watches.</summary>
internal sealed class CalendarEditing(CalendarState state, CalendarPushes pushes, TimeProvider clock, EventIds ids)
{
    private static readonly EditOutcome Missing = new(null, null);

    private DateTimeOffset Now => clock.GetUtcNow();

    public void SaveCalendar(string calendarId, string? summary, string? timeZone, CalendarAccess? access) => Change(calendarId, calendar =>
    [
        new CalendarSaved(
            calendarId,
            summary ?? calendar?.Summary ?? calendarId,
            timeZone ?? calendar?.TimeZone ?? "UTC",
            access ?? calendar?.Access ?? CalendarAccess.Granted),
    ]);

    public void ExpireSyncTokens(string calendarId) =>
        state.Change(calendarId, calendar => calendar is null ? null : [new SyncTokensExpired(calendarId)], _ => []);

    public EditOutcome Create(string calendarId, EventEdit edit) => Edit(calendarId, calendar =>
    {
        var id = edit.Id ?? ids.Next();
        if (calendar.Find(id) is not null)
            return ([], id, "An event with this id exists already.");
        var (details, problem) = edit.Apply(null, calendar.TimeZone);
        return details is null ? ([], id, problem) : ([new EventSaved(calendarId, id, details, false, Now)], id, null);
    });

    /// <summary>Changes an event, a whole series, or one occurrence of it.</summary>
    public EditOutcome Change(string calendarId, string id, EventEdit edit) => Edit(calendarId, calendar =>
    {
        if (calendar.FindItem(id, Instant.FromDateTimeOffset(Now)) is not { Cancelled: false } item)
            return ([], id, null);
        var (details, problem) = edit.Apply(item.Details, calendar.TimeZone);
        return details is null ? ([], id, problem) : ([Save(calendar, item, details, cancelled: false)], id, null);
    });

    public EditOutcome Delete(string calendarId, string id) => Edit(calendarId, calendar =>
        calendar.FindItem(id, Instant.FromDateTimeOffset(Now)) is { Cancelled: false } item
            ? ([Save(calendar, item, item.Details, cancelled: true)], id, null)
            : ([], id, null));

    /// <summary>Takes a deletion back, as from the bin.</summary>
    public EditOutcome Restore(string calendarId, string id) => Edit(calendarId, calendar =>
        calendar.FindItem(id, Instant.FromDateTimeOffset(Now)) is { Cancelled: true } item
            ? ([Save(calendar, item, item.Details, cancelled: false)], id, null)
            : ([], id, null));

    /// <summary>
    /// «This and all following»: the series ends before the occurrence, and a new one with another id begins with it. Gives the new series.
    /// </summary>
    public EditOutcome Split(string calendarId, string instanceId, EventEdit edit) => Edit(calendarId, calendar =>
    {
        if (calendar.SeriesOf(instanceId) is not { Current: { Deleted: false } current } series
            || series.FindInstance(instanceId, calendar.TimeZone) is not { Cancelled: false } instance)
            return ([], instanceId, null);
        var begin = instance.OriginalStart!;
        if (begin == current.Details.Start)
            return ([], instanceId, "The first occurrence begins the series: change the series instead.");
        var rest = current.Details.At(begin) with { Recurrence = RuleAfter(current.Details, begin, calendar.TimeZone) };
        var (details, problem) = edit.Apply(rest, calendar.TimeZone);
        if (details is null)
            return ([], instanceId, problem);
        var id = ids.Next();
        var ended = current.Details with { Recurrence = RuleBefore(current.Details, begin) };
        return ([new EventSaved(calendarId, series.Id, ended, false, Now), new EventSaved(calendarId, id, details, false, Now)], id, null);
    });

    private CalendarEntry Save(StoredCalendar calendar, EventItem item, EventDetails details, bool cancelled) => item.SeriesId is { } series
        ? new InstanceSaved(calendar.Id, series, item.Id, item.OriginalStart!, details with { Recurrence = null }, cancelled, Now)
        : new EventSaved(calendar.Id, item.Id, details, cancelled, Now);

    private static string RuleBefore(EventDetails series, EventTime begin)
    {
        var until = begin.Date is { } date
            ? LocalDate.FromDateOnly(date).AtMidnight().InUtc().ToInstant()
            : Instant.FromDateTimeOffset(begin.At!.Value);
        return $"{Without(series.Recurrence!, "COUNT", "UNTIL")};UNTIL={RecurrenceRule.UntilText(until - Duration.FromSeconds(1))}";
    }

    private static string RuleAfter(EventDetails series, EventTime begin, string zone)
    {
        if (RecurrenceRule.Parse(series.Recurrence!) is not { Count: { } count })
            return series.Recurrence!;
        var before = Occurrences.StartsOf(series, zone, begin.ToInstant(zone)).Count();
        return $"{Without(series.Recurrence!, "COUNT")};COUNT={count - before}";
    }

    private static string Without(string rule, params string[] keys) =>
        string.Join(';', rule.Split(';').Where(part => !keys.Contains(part.Split('=')[0])));

    private void Change(string calendarId, Func<StoredCalendar?, IReadOnlyList<CalendarEntry>?> decide) =>
        pushes.Begin(state.Change(calendarId, decide, pushes.Announce) ?? []);

    private EditOutcome Edit(string calendarId, Func<StoredCalendar, (IReadOnlyList<CalendarEntry> Entries, string Id, string? Problem)> decide)
    {
        var outcome = Missing;
        string? changed = null;
        Change(calendarId, calendar =>
        {
            if (calendar is null)
                return null;
            var (entries, id, problem) = decide(calendar);
            outcome = new EditOutcome(null, problem);
            changed = entries.Count > 0 ? id : null;
            return entries;
        });
        return changed is null
            ? outcome
            : new EditOutcome(state.Read(calendarId, calendar => calendar.FindItem(changed, Instant.FromDateTimeOffset(Now))), null);
    }
}
