using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Planning;

/// <summary>What is to be expected of a message.</summary>
/// <param name="Message">The message.</param>
/// <param name="Outcome">What will become of it.</param>
/// <param name="SendAt">When it goes out, or was to go out.</param>
/// <param name="Reason">Why it ends, or is deferred; null when it is sent at its time.</param>
public sealed record ExpectedMessage(Message Message, SendOutcome Outcome, Instant SendAt, StatusReason? Reason);

/// <summary>Foresees what the send rules will make of a user's messages if nothing changes: the same rules, run in the order in which the messages are due.</summary>
public sealed class ReminderForecast(UserPreferences user, Instant now, bool sendingEnabled, Duration maxLateness)
{
    private readonly Dictionary<LocalDay, DaySlots> _days = [];

    /// <summary>Begins with what the user's days hold already.</summary>
    public ReminderForecast With(IEnumerable<DaySlots> days)
    {
        foreach (var day in days)
            _days[day.Day] = day;
        return this;
    }

    /// <summary>Foresees messages that wait and messages that are only planned, together: all of them compete for the limit of their day.</summary>
    public IReadOnlyList<ExpectedMessage> Of(IEnumerable<Message> messages)
    {
        // A deferred message takes its slot when it goes out, so the order is that of the deferred times.
        var expected = messages
            .Select(message => (Message: message, Deferred: Deferred(message)))
            .OrderBy(pair => Instant.Max(now, pair.Deferred.DueAt))
            .ThenBy(pair => pair.Message.SendAt)
            .ThenBy(pair => pair.Message.Id, StringComparer.Ordinal);
        return [.. expected.Select(pair => Foresee(pair.Message, pair.Deferred))];
    }

    private ExpectedMessage Foresee(Message message, Message deferred)
    {
        // At the moment of the hand-over, when a deferral is over.
        var context = ContextOf(deferred);
        context = context with { Now = context.SendTime };
        switch (SendRules.Foresee(context))
        {
            case SendVerdict.Pass:
                if (context.Day.Take(message.Id, user.DailyLimit, context.EarlierDays) is { } taken)
                    _days[taken.Day] = taken;
                var wasDeferred = deferred.DueAt != message.DueAt;
                return new(message, wasDeferred ? SendOutcome.Deferred : SendOutcome.WillSend, context.SendTime, wasDeferred ? StatusReason.QuietHours : null);
            case SendVerdict.End end:
                return new(message, SendOutcome.Cancelled, context.SendTime, end.Reason);
            default:
                var asItIs = SendRules.Explain(context);
                return new(message, asItIs.Outcome, asItIs.SendAt, deferred.StatusReason);
        }
    }

    private Message Deferred(Message message) =>
        SendRules.Foresee(ContextOf(message)) is SendVerdict.Defer defer
        && message.Defer(defer.Until, defer.Reason, TimelineSource.Planner, now) is Transition.Changed { Next: var later }
            ? later
            : message;

    private SendContext ContextOf(Message message)
    {
        var days = SendContext.DaysOf(message, user, now);
        return new SendContext
        {
            Message = message,
            User = user,
            Now = now,
            SendingEnabled = sendingEnabled,
            DefaultMaxLateness = maxLateness,
            Day = DayOf(days[0]),
            EarlierDays = [.. days.Skip(1).Select(DayOf)],
        };
    }

    private DaySlots DayOf(LocalDay day) => _days.GetValueOrDefault(day) ?? DaySlots.Empty(user.UserId, day);
}
