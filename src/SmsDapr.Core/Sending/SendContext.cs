using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Sending;

/// <summary>Everything that the send rules look at.</summary>
public sealed record SendContext
{
    private static readonly Duration JustLater = Duration.FromMilliseconds(1);

    /// <summary>The message.</summary>
    public required Message Message { get; init; }

    /// <summary>What applies to its user.</summary>
    public required UserPreferences User { get; init; }

    /// <summary>The time.</summary>
    public required Instant Now { get; init; }

    /// <summary>The global switch.</summary>
    public required bool SendingEnabled { get; init; }

    /// <summary>Lateness of messages that bring none of their own.</summary>
    public required Duration DefaultMaxLateness { get; init; }

    /// <summary>What the user's day holds already: the local day of <see cref="SendTime"/>. Messages that were accepted stand ahead of those that may still end.</summary>
    public required DaySlots Day { get; init; }

    /// <summary>Days of zones that the user left and that count beside <see cref="Day"/>.</summary>
    public IReadOnlyList<DaySlots> EarlierDays { get; init; } = [];

    /// <summary>Until when sending as a whole is known to rest; null while it does not. Only told: whoever sends looks at it himself.</summary>
    public Instant? PausedUntil { get; init; }

    /// <summary>What is known of the message's calendar event; ignored without one.</summary>
    public EventStanding Event { get; init; } = EventStanding.Stands;

    /// <summary>When the message would go out: now, or when it is due.</summary>
    public Instant SendTime => Instant.Max(Now, Message.DueAt);

    /// <summary>The last instant at which the message is not too late.</summary>
    public Instant LatestAt => Message.SendAt + (Message.MaxLateness ?? DefaultMaxLateness);

    /// <summary>When waiting any longer is of no use: the message is too late from then on, or its event has begun.</summary>
    public Instant TimeRunsOutAt =>
        LatestAt + JustLater is var tooLate && Message.Event is { } calendarEvent ? Instant.Min(tooLate, calendarEvent.Start) : tooLate;

    /// <summary>
    /// Until when what the rules say now still holds: at most for <paramref name="atMost"/> (less than a minute), not into quiet hours or another of the
    /// user's days, and not when the message's time has run out.
    /// </summary>
    public Instant ValidUntil(Duration atMost)
    {
        var latest = Instant.Min(Now + atMost, TimeRunsOutAt);
        var isQuietByThen = Message.QuietHoursOverrideReason is null && User.QuietHours?.Contains(latest, User.Zone) == true;

        // Quiet hours and days begin with a minute.
        return isQuietByThen || LocalTimes.DateOf(latest, User.Zone) != LocalTimes.DateOf(Now, User.Zone)
            ? Instant.FromUnixTimeSeconds(latest.ToUnixTimeSeconds() / NodaConstants.SecondsPerMinute * NodaConstants.SecondsPerMinute)
            : latest;
    }

    /// <summary>The local day of <see cref="SendTime"/>, whose <see cref="Day"/> is needed, and those of <see cref="EarlierDays"/>.</summary>
    public static IReadOnlyList<LocalDay> DaysOf(Message message, UserPreferences user, Instant now) =>
        user.DaysThatCount(Instant.Max(now, message.DueAt));
}

/// <summary>What is known of a message's calendar event. An event moved into the future is first followed (<see cref="MessageChanges.FollowEvent"/>), then it stands.</summary>
public enum EventStanding
{
    /// <summary>It stands, or the calendar can't be reached and it stood when last seen.</summary>
    Stands,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>It is now an all-day event.</summary>
    AllDay,

    /// <summary>It was moved to a time that has passed.</summary>
    MovedToPast,

    /// <summary>The user disconnected the calendar.</summary>
    CalendarDisconnected,
}
