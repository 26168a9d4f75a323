using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using NodaTime;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Composing;

/// <summary>What a reminder's text is to say. Everything in it comes from the calendar and may be written by strangers.</summary>
public sealed record ReminderFacts
{
    /// <summary>The facts about an event.</summary>
    /// <param name="its">The event.</param>
    /// <param name="joinLink">Where it is joined.</param>
    /// <param name="sendAt">When the text is expected to go out.</param>
    /// <param name="zone">The zone of local times.</param>
    /// <param name="language">BCP 47 tag.</param>
    public static ReminderFacts Of(CalendarEvent its, string? joinLink, Instant sendAt, DateTimeZone zone, string language) => new()
    {
        Title = its.Title,
        Location = its.Location,
        JoinLink = joinLink,
        Start = its.Start,
        End = its.End,
        SendAt = sendAt,
        Zone = zone,
        Language = language,
    };

    /// <summary>The event's title; null when it has none.</summary>
    public required string? Title { get; init; }

    /// <summary>Where it takes place.</summary>
    public required string? Location { get; init; }

    /// <summary>Where it is joined.</summary>
    public required string? JoinLink { get; init; }

    /// <summary>When it begins.</summary>
    public required Instant Start { get; init; }

    /// <summary>When it ends; not before <see cref="Start"/>.</summary>
    public required Instant End { get; init; }

    /// <summary>When the text is expected to go out; the time until the event counts from here.</summary>
    public required Instant SendAt { get; init; }

    /// <summary>The zone of local times.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>BCP 47 tag, such as <c>en-GB</c>; a language that there are no words for falls back on English.</summary>
    public required string Language { get; init; }

    /// <summary>Whole minutes from <see cref="SendAt"/> to <see cref="Start"/>, rounded; 0 when less than half a minute is left.</summary>
    [JsonIgnore]
    public int MinutesUntil => Minutes(Start - SendAt);

    /// <summary>Whole minutes that the event takes.</summary>
    [JsonIgnore]
    public int MinutesLong => Minutes(End - Start);

    /// <summary>
    /// The same for facts that come to the same text, else another. A text is written once per fingerprint: what has this fingerprint need not be written again.
    /// </summary>
    [JsonIgnore]
    public string Fingerprint
    {
        get
        {
            var parts = new[]
            {
                Title, Location, JoinLink, Start.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                MinutesLong.ToString(CultureInfo.InvariantCulture), MinutesUntil.ToString(CultureInfo.InvariantCulture), Zone.Id, Language,
            };
            var named = string.Concat(parts.Select(part => part is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{part.Length}:{part}")));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(named)).AsSpan(0, 12));
        }
    }

    /// <summary>Nothing of the event: titles and places must not reach a log.</summary>
    public override string ToString() => "reminder facts";

    private static int Minutes(Duration span) => (int)Math.Clamp(Math.Round(span.TotalMinutes, MidpointRounding.AwayFromZero), 0, int.MaxValue);
}
