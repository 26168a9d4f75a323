using System.Text.Json.Serialization;
using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Planning;

namespace SmsDapr.Service.Calendar;

/// <summary>One event of one user as it is stored: the event, how far its reminders got, and who wrote it last.</summary>
/// <param name="Track">The event and its reminders.</param>
/// <param name="Round">The round of the connection that last told of it; an older one must not overwrite it.</param>
internal sealed record StoredEvent(ReminderTrack Track, long Round)
{
    private const int MostAttached = 100;

    /// <summary>The UTC day that it is listed under; the last one when the event is gone.</summary>
    public LocalDate? Day { get; init; }

    /// <summary>Callers' own messages that are under the event's rules.</summary>
    public IReadOnlyList<string> Attached { get; init; } = [];

    /// <summary>Whether it has to be remembered though the event is gone or far away.</summary>
    [JsonIgnore]
    public bool HasMessages => Track.Generation > 0 || Attached.Count > 0;

    /// <summary>A round of the connection saw the event, or that it is gone (null); null when a later round already spoke.</summary>
    public static StoredEvent? Seen(StoredEvent? known, string userId, CalendarEntry entry, long round) =>
        known is null ? New(userId, entry, round) : known.Seen(entry, round);

    public StoredEvent? Seen(CalendarEntry? entry, long round)
    {
        if (round < Round)
            return null;
        var track = Track.Saw(entry);
        return ReferenceEquals(track, Track) ? this : this with { Track = track, Round = round, Day = entry is null ? Day : CalendarEvents.DayOf(entry) };
    }

    /// <summary>The event with one more message under its rules; the earliest of too many are past and give way.</summary>
    public StoredEvent Attach(string messageId) =>
        Attached.Contains(messageId) ? this : this with { Attached = [.. Attached.TakeLast(MostAttached - 1), messageId] };

    /// <summary>The id only: title and place must not reach a log.</summary>
    public override string ToString() => Track.ToString();

    private static StoredEvent New(string userId, CalendarEntry entry, long round) =>
        new(ReminderTrack.Of(userId, entry), round) { Day = CalendarEvents.DayOf(entry) };
}
