using NodaTime;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Planning;

/// <summary>Which starts of an event have had their reminder.</summary>
internal static class SettledStarts
{
    /// <summary>Whether a message is the track's own reminder, and not one that a caller happened to accept under its id.</summary>
    public static bool Owns(this ReminderTrack track, Message message) =>
        message is { Type: MessageType.EventReminder, Event: { } known } && message.UserId == track.UserId && known.Id == track.EventId;

    /// <summary>The starts ahead that earlier generations settled, and the one that the current message does.</summary>
    public static IReadOnlyList<Instant> StartsSettledWith(this ReminderTrack track, Message? current, Instant now)
    {
        var known = track.SettledStarts.Where(start => start > now);
        var own = current is not null && track.Owns(current) && Settles(current) ? current.Event!.Start : (Instant?)null;
        return [.. own is { } settled && settled > now ? known.Append(settled).Distinct() : known];
    }

    /// <summary>
    /// Everything but waiting settles a start, save endings whose cause can go away while the event is ahead: the event comes back, or the user may be
    /// written to again. The global switch is none of them: a message for each look at the calendar would be the price.
    /// </summary>
    private static bool Settles(Message message) => message switch
    {
        { Status: MessageStatus.Scheduled } => false,
        { Status: MessageStatus.Cancelled, Attempts: 0 } => message.StatusReason is not (
            StatusReason.EventDeleted or StatusReason.EventAllDay or StatusReason.EventRescheduledToPast or StatusReason.CalendarDisconnected
            or StatusReason.OptedOut or StatusReason.PhoneNotVerified or StatusReason.RemindersDisabled),
        _ => true,
    };
}
