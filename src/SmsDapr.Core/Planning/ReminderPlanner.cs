using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Planning;

/// <summary>
/// Decides about the reminders of events. Pure: record + message + context → decision. Deciding again after a decision was carried out, or after it was
/// carried out in part, comes to the same reminders.
/// </summary>
public static class ReminderPlanner
{
    /// <summary>Decides about one event.</summary>
    /// <param name="track">The record, with the event as it is now (<see cref="ReminderTrack.Saw"/>).</param>
    /// <param name="current">The message under <see cref="ReminderTrack.MessageId"/>; null when none was ever accepted under it.</param>
    /// <param name="context">The rest.</param>
    public static PlanningDecision Decide(ReminderTrack track, Message? current, PlanningContext context)
    {
        if (current is { Status: MessageStatus.Scheduled } && track.Owns(current))
            return KeepUp(track, current, context);

        var settled = track.StartsSettledWith(current, context.Now);
        if (WhyNot(track.Entry, settled, current, context) is { } reason)
            return new PlanningDecision.Leave(track, reason);

        // A generation whose message never came to be is still to be had.
        var next = current is null && track.Generation > 0 ? track : track with { Generation = track.Generation + 1, SettledStarts = settled };
        var sendAt = SendAt(track.Entry!.Start!.Value, context);
        return new PlanningDecision.Create(next, Reminder(next, sendAt, context));
    }

    /// <summary>Decides about all events of a user: those to create earliest first, then the others.</summary>
    public static IReadOnlyList<PlanningDecision> DecideAll(IEnumerable<(ReminderTrack Track, Message? Current)> events, PlanningContext context) =>
    [
        .. events
            .Select(item => Decide(item.Track, item.Current, context))
            .OrderBy(decision => decision is PlanningDecision.Create { Reminder.SendAt: var sendAt } ? sendAt : Instant.MaxValue)
            .ThenBy(decision => decision.Track.Entry?.Start ?? Instant.MaxValue)
            .ThenBy(decision => decision.Track.EventId, StringComparer.Ordinal),
    ];

    /// <summary>When a reminder goes out, as far as it is known now: at its send time, or when the user's quiet hours are over, if that leaves time before the event.</summary>
    public static Instant ExpectedAt(Instant sendAt, Instant start, UserPreferences user) =>
        user.QuietHours?.EndOfQuietTime(sendAt, user.Zone) is { } end && end < start ? end : sendAt;

    /// <summary>The message waits: only its event decides about it here, the rules about its user are the send guard's.</summary>
    private static PlanningDecision KeepUp(ReminderTrack track, Message waiting, PlanningContext context)
    {
        if (WhyCancel(track, waiting, context) is { } reason)
            return new PlanningDecision.Cancel(track, waiting.Id, reason);

        var start = track.Entry!.Start!.Value;
        if (start <= context.Now)
            return new PlanningDecision.Leave(track, SkipReason.EventStarted);

        var moved = waiting.Event!.Start != start;
        var planned = waiting.Attempts > 0 ? waiting.DueAt : waiting.DeferredFrom ?? waiting.SendAt;
        var reminder = Reminder(track, moved ? SendAt(start, context) : planned, context);
        var reword = NeedsRewording(waiting, reminder, moved);
        return reword || waiting.Event != reminder.Event
            ? new PlanningDecision.Follow(track, reminder, reword)
            : new PlanningDecision.Leave(track, SkipReason.AlreadyPlanned);
    }

    private static StatusReason? WhyCancel(ReminderTrack track, Message waiting, PlanningContext context) => track.Entry switch
    {
        _ when !context.CalendarConnected => StatusReason.CalendarDisconnected,
        null or { Declined: true } or { IsAppointment: false } => StatusReason.EventDeleted,
        { Start: null } => StatusReason.EventAllDay,
        { Start: { } start } when start != waiting.Event!.Start && (start <= context.Now || track.SettledStarts.Contains(start)) => StatusReason.EventRescheduledToPast,
        _ => null,
    };

    // A retry is worded when it goes out (HandOverWords), by the template: that costs no new text. A caller's own text stands as long as the event does.
    private static bool NeedsRewording(Message waiting, PlannedReminder reminder, bool moved) => waiting.BodySource == BodySource.Caller
        ? moved || waiting.Event!.Title != reminder.Event.Title || waiting.Event.Location != reminder.Event.Location
        : (moved || waiting.Attempts == 0) && waiting.WordedFrom != reminder.Facts.Fingerprint;

    private static SkipReason? WhyNot(CalendarEntry? entry, IReadOnlyList<Instant> settled, Message? current, PlanningContext context) => context switch
    {
        { User.OptOut: not null } => SkipReason.OptedOut,
        { User.EventRemindersEnabled: false } => SkipReason.RemindersDisabled,
        { User.Phone: not { Verified: true } } => SkipReason.PhoneNotVerified,
        { CalendarConnected: false } => SkipReason.CalendarDisconnected,
        _ => WhyNot(entry, context.Now) ?? WhyNotNow(entry!.Start!.Value, settled, current, context),
    };

    private static SkipReason? WhyNot(CalendarEntry? entry, Instant now) => entry switch
    {
        null => SkipReason.EventDeleted,
        { IsAppointment: false } => SkipReason.NotAnAppointment,
        { Declined: true } => SkipReason.EventDeclined,
        { Start: null } => SkipReason.EventAllDay,
        { Start: { } start } => start <= now ? SkipReason.EventStarted : null,
    };

    private static SkipReason? WhyNotNow(Instant start, IReadOnlyList<Instant> settled, Message? current, PlanningContext context)
    {
        if (!settled.Contains(start))
            return context.Window.Contains(SendAt(start, context)) ? null : SkipReason.AnotherDay;
        if (current is not { Event.Start: var its } || its != start)
            return SkipReason.AlreadySettled;
        return current switch
        {
            { StatusReason: StatusReason.UserCancelled } => SkipReason.UserCancelled,
            { IsFinal: false } => SkipReason.AlreadyPlanned,
            _ => SkipReason.AlreadySettled,
        };
    }

    /// <summary>The lead before the start; at once when that has passed and the event is still ahead.</summary>
    private static Instant SendAt(Instant start, PlanningContext context) =>
        Instant.Max(start - Duration.FromMinutes(context.User.LeadTimeMinutes), context.Now);

    private static PlannedReminder Reminder(ReminderTrack track, Instant sendAt, PlanningContext context)
    {
        var entry = track.Entry!;
        var start = entry.Start!.Value;
        var end = Instant.Max(start, entry.End ?? start);
        var its = new CalendarEvent
        {
            Id = entry.Id,
            CalendarId = entry.CalendarId,
            Title = entry.Title,
            Start = start,
            End = end,
            Location = entry.Location,
            Link = entry.Page,
        };
        var facts = ReminderFacts.Of(its, entry.JoinLink, ExpectedAt(sendAt, start, context.User), context.User.Zone, context.Language);
        return new PlannedReminder(track.MessageId!, sendAt, its, facts);
    }
}
