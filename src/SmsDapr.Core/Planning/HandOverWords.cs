using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Planning;

/// <summary>
/// A reminder says how long it is until the event, so its words hold only at the time that they were written for. What goes out at another one, after an outage,
/// a pause or a failed attempt, is worded for that, by the template: there is no time left to ask anyone.
/// </summary>
public static class HandOverWords
{
    private static readonly Duration Tolerance = Duration.FromMinutes(1);

    /// <summary>The words for a reminder that is handed over now; null when those that it has will do, and for a text of a caller's.</summary>
    public static MessageText? Of(Message message, string? joinLink, PlanningContext context) =>
        message is { Type: MessageType.EventReminder, BodySource: not BodySource.Caller, Event: { } its } && Differ(message.WordedFor ?? message.SendAt, context.Now)
            ? ReminderTemplate.Compose(ReminderFacts.Of(its, joinLink, context.Now, context.User.Zone, context.Language))
            : null;

    private static bool Differ(Instant one, Instant other) => one - other >= Tolerance || other - one >= Tolerance;
}
