using NodaTime;
using NodaTime.Text;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Sending;

/// <summary>
/// The rules that stand between a message and the provider, in order. The guard of the send activity, the explanation of the API and the dashboard all ask here.
/// A rule that can end a message is named after the reason that it ends it with. Rules about time look at the moment at which the message would go out.
/// </summary>
public static class SendRules
{
    private const string DueRule = "due";

    private static readonly Rule[] All =
    [
        new("status", Status),
        new(DueRule, Due),
        new("sending_disabled", SendingSwitch),
        new("opted_out", OptedOut),
        new("reminders_disabled", RemindersEnabled),
        new("phone_not_verified", PhoneVerified),
        new("event", EventStands),
        new("quiet_hours_until_event", QuietUntilEvent),
        new("expired", Lateness),
        new("quiet_hours", QuietHours),
        new("daily_limit", DailyLimit),
        new("sending_paused", Paused),
    ];

    private delegate (SendVerdict Verdict, string Detail) Judge(SendContext context);

    /// <summary>The names of the rules, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(rule => rule.Name)];

    /// <summary>Every rule's answer.</summary>
    public static IReadOnlyList<SendCheck> Evaluate(SendContext context) => [.. All.Select(rule => rule.Check(context))];

    /// <summary>The first rule that does not pass; <see cref="SendVerdict.Pass"/> when all do.</summary>
    public static SendVerdict Decide(SendContext context) => First(context, All);

    /// <summary>
    /// What will be decided when the message is due, as far as it is known now: <see cref="SendVerdict.Wait"/> only while sending is paused.
    /// Asked right after a failed attempt, so that a message whose next attempt can't be made in time ends at once.
    /// </summary>
    public static SendVerdict Foresee(SendContext context) => First(context, All.Where(rule => rule.Name != DueRule));

    /// <summary>Every rule's answer and what they come to.</summary>
    public static SendExplanation Explain(SendContext context)
    {
        var due = context.Message.DueAt;

        // Nothing stands against a message because its time has not come: that it is due later is told, not failed.
        List<SendCheck> checks = [.. Evaluate(context).Select(check => check.Rule == DueRule ? check with { Verdict = SendVerdict.Pass.Instance } : check)];
        return First(checks.Select(check => check.Verdict)) switch
        {
            SendVerdict.Pass => new(SendOutcome.WillSend, due, checks),
            SendVerdict.Defer defer => new(SendOutcome.Deferred, defer.Until, checks),
            SendVerdict.Wait wait => new(SendOutcome.WillSend, wait.Until, checks),
            SendVerdict.Stop stop => new(OutcomeOf(stop.Status), due, checks),
            SendVerdict.End end => new(OutcomeOf(context.Message, end.Reason), due, checks),
            var other => throw new InvalidOperationException($"Unexpected verdict {other.GetType().Name}."),
        };
    }

    private static SendVerdict First(SendContext context, IEnumerable<Rule> rules) => First(rules.Select(rule => rule.Judge(context).Verdict));

    private static SendVerdict First(IEnumerable<SendVerdict> verdicts) =>
        verdicts.FirstOrDefault(verdict => verdict is not SendVerdict.Pass) ?? SendVerdict.Pass.Instance;

    private static SendOutcome OutcomeOf(Message message, StatusReason reason) =>
        message.End(reason, TimelineSource.Workflow, message.UpdatedAt) is Transition.Changed { Next.Status: MessageStatus.Failed }
            ? SendOutcome.Failed
            : SendOutcome.Cancelled;

    private static SendOutcome OutcomeOf(MessageStatus status) => status switch
    {
        MessageStatus.Sending => SendOutcome.Sending,
        MessageStatus.Sent => SendOutcome.Sent,
        MessageStatus.Delivered => SendOutcome.Delivered,
        MessageStatus.Failed => SendOutcome.Failed,
        MessageStatus.Cancelled => SendOutcome.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A scheduled message is not stopped."),
    };

    private static (SendVerdict, string) Status(SendContext context) =>
        context.Message.Status == MessageStatus.Scheduled
            ? Pass("It is waiting to be sent.")
            : (new SendVerdict.Stop(context.Message.Status), $"It is no longer waiting to be sent: {Ended(context.Message)}.");

    private static string Ended(Message message) =>
        (message.Timeline.Count == 0 ? message.UpdatedAt : message.Timeline[^1].At) is var at && message.StatusReason is { } reason
            ? $"{Word(message.Status)} since {Text(at)}, {Word(reason)}"
            : $"{Word(message.Status)} since {Text(at)}";

    private static (SendVerdict, string) Due(SendContext context)
    {
        var message = context.Message;
        if (context.Now >= message.DueAt)
            return Pass($"Due since {Text(message.DueAt)}.");
        var why = message switch
        {
            { DeferredFrom: { } from } => $", deferred from {Text(from)}",
            { StatusReason: StatusReason.Retry } => $", since attempt {message.Attempts} of {message.MaxAttempts} failed",
            _ => "",
        };
        return (new SendVerdict.Wait(message.DueAt), $"Due at {Text(message.DueAt)}{why}.");
    }

    private static (SendVerdict, string) SendingSwitch(SendContext context) =>
        context.SendingEnabled ? Pass("Sending is switched on.") : End(StatusReason.SendingDisabled, "Sending is switched off.");

    private static (SendVerdict, string) OptedOut(SendContext context) =>
        context.User.OptOut is null ? Pass("The user has not opted out.") : End(StatusReason.OptedOut, "The user opted out.");

    private static (SendVerdict, string) RemindersEnabled(SendContext context)
    {
        if (context.Message.Type != MessageType.EventReminder)
            return Pass("It is not an event reminder.");
        return context.User.EventRemindersEnabled
            ? Pass("The user wants event reminders.")
            : End(StatusReason.RemindersDisabled, "The user turned event reminders off.");
    }

    private static (SendVerdict, string) PhoneVerified(SendContext context) => context.User.Phone switch
    {
        null => End(StatusReason.PhoneNotVerified, "The user has no phone number."),
        { Verified: false } => End(StatusReason.PhoneNotVerified, "The user's phone number is not verified."),
        _ => Pass("The user's phone number is verified."),
    };

    private static (SendVerdict, string) EventStands(SendContext context)
    {
        if (context.Message.Event is not { } calendarEvent)
            return Pass("It belongs to no calendar event.");
        return context.Event switch
        {
            EventStanding.Deleted => End(StatusReason.EventDeleted, "The calendar event was deleted."),
            EventStanding.AllDay => End(StatusReason.EventAllDay, "The calendar event became an all-day event."),
            EventStanding.MovedToPast => End(StatusReason.EventRescheduledToPast, "The calendar event was moved to a time that has passed."),
            EventStanding.CalendarDisconnected => End(StatusReason.CalendarDisconnected, "The calendar is disconnected."),
            _ when context.SendTime >= calendarEvent.Start => End(StatusReason.EventStarted, $"The calendar event begins at {Text(calendarEvent.Start)}."),
            _ => Pass($"The calendar event stands and begins at {Text(calendarEvent.Start)}."),
        };
    }

    private static (SendVerdict, string) QuietUntilEvent(SendContext context)
    {
        if (context.Message.Event is not { } calendarEvent)
            return Pass("It belongs to no calendar event.");
        return QuietEnd(context) is { } end && end >= calendarEvent.Start
            ? End(StatusReason.QuietHoursUntilEvent, $"Quiet hours last until {Text(end)}; the calendar event begins at {Text(calendarEvent.Start)}.")
            : Pass("Quiet hours leave time before the calendar event.");
    }

    private static (SendVerdict, string) Lateness(SendContext context)
    {
        var latest = context.LatestAt;
        return context.SendTime <= latest
            ? Pass($"It may go out until {Text(latest)}.")
            : End(StatusReason.Expired, $"It was to go out by {Text(latest)}.");
    }

    private static (SendVerdict, string) QuietHours(SendContext context)
    {
        if (context.Message.QuietHoursOverrideReason is { } why)
            return Pass($"The sender overrides quiet hours: {why}");
        if (context.Message is { DeferredFrom: not null, SendAt: var deferredTo } && deferredTo > context.Now)
            return (new SendVerdict.Defer(deferredTo, StatusReason.QuietHours), $"Quiet hours last until {Text(deferredTo)}.");
        return QuietEnd(context) is { } end
            ? (new SendVerdict.Defer(end, StatusReason.QuietHours), $"Quiet hours last until {Text(end)}.")
            : Pass(context.User.QuietHours is { } hours ? $"Outside quiet hours ({hours}, {context.User.Zone.Id})." : "The user has no quiet hours.");
    }

    // Retries take no second slot: what the provider once accepted has been counted.
    private static (SendVerdict, string) DailyLimit(SendContext context)
    {
        var (limit, taken) = (context.User.DailyLimit, context.Day.CountWith(context.EarlierDays));
        return context.Message.EverAccepted || taken < limit || context.Day.HasRoomFor(context.Message.Id, limit, context.EarlierDays)
            ? Pass($"{taken} of {limit} messages of {Date(context.Day)} are taken{Elsewhere(context)}.")
            : End(StatusReason.DailyLimit, $"The limit of {limit} messages for {Date(context.Day)} is reached{Elsewhere(context)}.");
    }

    private static string Elsewhere(SendContext context) =>
        context.EarlierDays.Where(day => day.MessageIds.Count > 0).Select(day => $"{Date(day)} in {day.Day.Zone}").ToList() is { Count: > 0 } days
            ? $", counting {string.Join(" and ", days)}"
            : "";

    private static (SendVerdict, string) Paused(SendContext context) =>
        context.PausedUntil is { } until && until >= context.SendTime
            ? (new SendVerdict.Wait(until), $"All sending rests; it is tried again at {Text(until)}.")
            : Pass("Sending is not paused.");

    private static Instant? QuietEnd(SendContext context) =>
        context.Message.QuietHoursOverrideReason is null ? context.User.QuietHours?.EndOfQuietTime(context.SendTime, context.User.Zone) : null;

    private static (SendVerdict, string) Pass(string detail) => (SendVerdict.Pass.Instance, detail);

    private static (SendVerdict, string) End(StatusReason reason, string detail) => (new SendVerdict.End(reason), detail);

    private static string Date(DaySlots day) => LocalDatePattern.Iso.Format(day.Day.Date);

    private static string Word<T>(T word)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());

    private static string Text(Instant instant) => InstantPattern.General.Format(instant);

    private sealed record Rule(string Name, Judge Judge)
    {
        public SendCheck Check(SendContext context)
        {
            var (verdict, detail) = Judge(context);
            return new SendCheck(Name, verdict, detail);
        }
    }
}
