using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Planning;

/// <summary>The event of a message that is about to go out: looked at once more, and followed when it is not what the message says.</summary>
internal sealed class GuardedEvent(CalendarEvents events, EventLookup lookup, EventReminders reminders, MessageRepository messages, IClock clock)
{
    /// <summary>The event as it is now, changing nothing, and the message as it would follow.</summary>
    public async Task<(EventSight Sight, Message Message)> PeekAsync(Message message, KnownEvent known, UserPreferences user, CancellationToken cancellation)
    {
        var sight = await lookup.NowAsync(message, known, cancellation);
        return sight.Track is { } track && EventReminders.Foresee(message, track, reminders.Today(user)) is Transition.Changed { Next: { IsFinal: false } followed }
            ? (sight, followed)
            : (sight, message);
    }

    /// <summary>The words for a message that is handed over now; null when those that it has will do.</summary>
    public MessageText? WordsNow(Message message, EventSight sight, UserPreferences user) =>
        HandOverWords.Of(message, sight.Track?.Entry?.JoinLink, reminders.Today(user));

    /// <summary>The event as it is now; null when the message has just followed it, or ended with it, and is to be read again.</summary>
    public async Task<EventSight?> FollowAsync(Document<Message> version, KnownEvent known, UserPreferences user, CancellationToken cancellation)
    {
        var message = version.Value;
        var sight = await lookup.NowAsync(message, known, cancellation);
        if (sight.Problem is { } problem)
            await lookup.NoteRefusalAsync(message, problem, cancellation);
        if (sight is not { Round: { } round, Track.Entry: { } entry })
            return sight;

        // What was read a moment ago will do when nothing is to be stored: whoever changes the event brings its messages in line himself.
        var isNew = false;
        var stored = known.Stored?.Value;
        if (Seen(stored) is not null)
        {
            stored = await events.UpdateAsync(
                message.UserId,
                entry.CalendarId,
                entry.Id,
                current =>
                {
                    var seen = Seen(current);
                    isNew = seen is not null;
                    return seen;
                },
                cancellation);
        }

        var now = clock.GetCurrentInstant();
        if (!isNew && !EventStandings.HasMovedAhead(message, stored!.Track.Entry, now))
            return sight;

        await events.ListAsync(message.UserId, [entry], cancellation);
        await reminders.BringInLineAsync(stored!, etag: null, reminders.Today(user), cancellation);
        return (await messages.FindAsync(message.Id, cancellation))?.ETag == version.ETag ? sight : null;

        StoredEvent? Seen(StoredEvent? current) =>
            StoredEvent.Seen(current, message.UserId, entry, round) is { } seen && !ReferenceEquals(seen, current) ? seen : null;
    }
}
