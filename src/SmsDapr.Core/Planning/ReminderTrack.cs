using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using NodaTime;
using SmsDapr.Core.Calendar;

namespace SmsDapr.Core.Planning;

/// <summary>
/// What is kept of one calendar event of one user: the event as last known and how far its reminders got. Each reminder is a generation with a
/// message id of its own, derived from this record, so that whoever plans the same thing twice plans the same message. Stored before the planner's
/// decision is carried out, and kept as long as the event may come back: with the calendar disconnected, or the event gone.
/// </summary>
public sealed record ReminderTrack
{
    private const int MaxTextLength = 500;
    private const int MaxDescriptionLength = 2000;
    private const int MaxLinkLength = 1000;

    /// <summary>The user.</summary>
    public required string UserId { get; init; }

    /// <summary>The calendar.</summary>
    public required string CalendarId { get; init; }

    /// <summary>The calendar's id of the event or occurrence.</summary>
    public required string EventId { get; init; }

    /// <summary>The event as last known; null when it is gone.</summary>
    public CalendarEntry? Entry { get; init; }

    /// <summary>How many reminders the event has been given; 0 before the first.</summary>
    public int Generation { get; init; }

    /// <summary>
    /// Starts of the event, still ahead when last looked at, that earlier generations were for: it was sent, a person cancelled it, or a rule ended it for good.
    /// </summary>
    public IReadOnlyList<Instant> SettledStarts { get; init; } = [];

    /// <summary>The message of the current generation; null before the first.</summary>
    [JsonIgnore]
    public string? MessageId => Generation == 0 ? null : IdOf(Generation);

    /// <summary>Whether a message was the reminder of an earlier generation: its event has moved on since, so it must not go out any more.</summary>
    public bool IsSuperseded(string messageId) => Enumerable.Range(1, Math.Max(0, Generation - 1)).Any(generation => IdOf(generation) == messageId);

    /// <summary>The record of an event that was never seen before.</summary>
    public static ReminderTrack Of(string userId, CalendarEntry entry) =>
        new ReminderTrack { UserId = userId, CalendarId = entry.CalendarId, EventId = entry.Id }.Saw(entry);

    /// <summary>
    /// The calendar gave the event, or <c>null</c> because it is gone. Texts longer than a reminder could ever use are cut, so that the record stays small.
    /// The same instance when nothing is new.
    /// </summary>
    public ReminderTrack Saw(CalendarEntry? entry)
    {
        var bounded = entry is null ? null : Bounded(entry);
        return bounded == Entry ? this : this with { Entry = bounded };
    }

    /// <summary>The id only: title and place must not reach a log.</summary>
    public override string ToString() => $"reminders of event {EventId}";

    // Lengths before the parts: no two different events come to the same text.
    private string IdOf(int generation)
    {
        var name = FormattableString.Invariant($"{UserId.Length}:{UserId}{CalendarId.Length}:{CalendarId}{EventId.Length}:{EventId}{generation}");
        return $"rem-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 20))}";
    }

    private static CalendarEntry Bounded(CalendarEntry entry) => entry with
    {
        Title = Cut(entry.Title, MaxTextLength),
        Location = Cut(entry.Location, MaxTextLength),
        Description = Cut(entry.Description, MaxDescriptionLength),
        JoinLink = entry.JoinLink?.Length > MaxLinkLength ? null : entry.JoinLink,
        Page = entry.Page?.Length > MaxLinkLength ? null : entry.Page,
    };

    private static string? Cut(string? text, int length)
    {
        if (text is null || text.Length <= length)
            return text;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}
