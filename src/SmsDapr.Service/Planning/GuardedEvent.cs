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
    /// <summary>What is stored of the event.</summary>
    public Task<EventSight> LastKnownAsync(Message message, CancellationToken cancellation) => lookup.LastKnownAsync(message, cancellation);

    /// <summary>The event as it is now, changing nothing, and the message as it would follow.</summary>
    public async Task<(EventSight Sight, Message Message)> PeekAsync(Message message, UserPreferences user, CancellationToken cancellation)
    {
        var sight = await lookup.NowAsync(message, cancellation);
        return sight.Track is { } track && EventReminders.Foresee(message, track, reminders.Today(user)) is Transition.Changed { Next: { IsFinal: false } followed }
            ? (sight, followed)
            : (sight, message);
    }

    /// <summary>The words for a message that is handed over now; null when those that it has will do.</summary>
    public MessageText? WordsNow(Message message, EventSight sight, UserPreferences user) =>
        HandOverWords.Of(message, sight.Track?.Entry?.JoinLink, reminders.Today(user));

    /// <summary>The event as it is now; null when the message has just followed it, or ended with it, and is to be read again.</summary>
    public async Task<EventSight?> FollowAsync(Document<Message> version, UserPreferences user, CancellationToken cancellation)
    {
        var message = version.Value;
        var sight = await lookup.NowAsync(message, cancellation);
        if (sight.Problem is { } problem)
            await lookup.NoteRefusalAsync(message, problem, cancellation);
        if (sight is not { Round: { } round, Track.Entry: { } entry })
            return sight;

        var isNew = false;
        var stored = await events.UpdateAsync(
            message.UserId,
            entry.CalendarId,
            entry.Id,
            current =>
            {
                var seen = StoredEvent.Seen(current, message.UserId, entry, round);
                isNew = seen is not null && !ReferenceEquals(seen, current);
                return isNew ? seen : null;
            },
            cancellation);
        var now = clock.GetCurrentInstant();
        if (!isNew && !EventStandings.HasMovedAhead(message, stored!.Track.Entry, now))
            return sight;

        await events.ListAsync(message.UserId, [entry], cancellation);
        await reminders.BringInLineAsync(stored!, etag: null, reminders.Today(user), cancellation);
        return (await messages.FindAsync(message.Id, cancellation))?.ETag == version.ETag ? sight : null;
    }
}
