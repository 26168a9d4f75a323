using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodaTime;
using SmsDapr.Core;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Messages;

/// <summary>Whether a message waits for the end of the user's quiet hours.</summary>
public enum QuietHoursMode
{
    Respect,
    Override,
}

/// <summary>A text to be sent to a user.</summary>
public sealed record CreateMessageRequest
{
    public const int MaxAttemptsLimit = 10;

    private const int MaxReasonLength = 200;
    private const int MaxEventIdLength = 1024;

    // Beyond, the wall-clock times of some zones are no instants.
    private const int FirstYear = 1970;
    private const int LastYear = 9000;

    /// <summary>Nothing waits longer than this after its send time.</summary>
    internal static readonly Duration LongestLateness = Duration.FromDays(30);

    [Required, Length(1, Users.UserId.MaxLength), RegularExpression(Users.UserId.Pattern)]
    public string? UserId { get; init; }

    /// <summary>1 to 1,600 UTF-16 units, of which an emoji takes two or more; not only white space.</summary>
    [Required, Length(1, MessageLimits.MaxBodyLength)]
    public string? Body { get; init; }

    /// <summary>Left out: at once.</summary>
    public Instant? SendAt { get; init; }

    /// <summary>
    /// Wall-clock time in <c>timeZone</c> or, without one, in the user's zone, which it follows when that changes. A time that the clocks skip is the first
    /// instant after the gap, one that comes twice the earlier of the two.
    /// </summary>
    public LocalDateTime? SendAtLocal { get; init; }

    /// <summary>IANA id.</summary>
    public string? TimeZone { get; init; }

    /// <summary>1 to 64 letters, digits, <c>-</c> or <c>_</c>; makes the request safe to repeat.</summary>
    [RegularExpression(MessageId.Pattern)]
    public string? Id { get; init; }

    /// <summary>Create requests in all, 1 to 10.</summary>
    [Range(1, MaxAttemptsLimit)]
    public int? MaxAttempts { get; init; }

    /// <summary>How long after its send time the message may still go out; above zero, at most P30D.</summary>
    public Duration? MaxLateness { get; init; }

    /// <summary>An event of the user's calendar: the message ends when the event is deleted, begins or lasts all day.</summary>
    [Length(1, MaxEventIdLength)]
    public string? CalendarEventId { get; init; }

    /// <summary>Left out: respect.</summary>
    public QuietHoursMode? QuietHours { get; init; }

    /// <summary>Why quiet hours are overridden; the timeline keeps it. Goes with override, and override needs it.</summary>
    [Length(1, MaxReasonLength)]
    public string? OverrideReason { get; init; }

    internal const string FarAway = "must lie within the next 100 years";

    internal RequestValidation Validate()
    {
        var validation = new RequestValidation()
            .Check(Users.UserId.IsValid(UserId), "userId", $"must be {Users.UserId.Rule}")
            .CheckText(Body, "body")
            .Check(SendAtLocal is not { Year: < FirstYear or > LastYear }, "sendAtLocal", FarAway)
            .Check(SendAt is null || SendAtLocal is null, "sendAtLocal", "must not be given together with sendAt")
            .Check(TimeZone is null || LocalTimes.FindZone(TimeZone) is not null, "timeZone", "must be an IANA time zone such as Europe/Berlin")
            .Check(Id is null || MessageId.IsValid(Id), "id", MessageId.Rule)
            .Check(CalendarEventId is null or { Length: >= 1 and <= MaxEventIdLength }, "calendarEventId", $"must have 1 to {MaxEventIdLength} characters")
            .Check(MaxAttempts is null or (>= 1 and <= MaxAttemptsLimit), "maxAttempts", $"must be a number from 1 to {MaxAttemptsLimit}")
            .Check(MaxLateness is not { } late || (late > Duration.Zero && late <= LongestLateness), "maxLateness", "must be a duration above zero, at most P30D");
        return QuietHours == QuietHoursMode.Override
            ? validation.Check(OverrideReason?.Trim().Length is > 0 and <= MaxReasonLength && !OverrideReason.Contains('\0'), "overrideReason", $"must say in 1 to {MaxReasonLength} characters why quiet hours are overridden")
            : validation.Check(OverrideReason is null, "overrideReason", "goes with quietHours override only");
    }

    /// <summary>Tells a repeated request from another one with the same id.</summary>
    internal string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, CoreJson.Options)));

    /// <summary>When it is to be sent, as far as the user's zone decides.</summary>
    internal (Instant SendAt, string TimeZone) Schedule(UserPreferences user, Instant now)
    {
        var zone = LocalTimes.FindZone(TimeZone) ?? user.Zone;
        var sendAt = SendAtLocal is { } local ? LocalTimes.ToInstant(local, zone) : SendAt ?? now;
        return (sendAt, zone.Id);
    }
}

internal static class MessageTexts
{
    private static bool IsVisible(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control);

    /// <summary>NUL is text to JSON, but neither to Twilio nor to every state store.</summary>
    public static RequestValidation CheckText(this RequestValidation validation, string? body, string field) =>
        validation
            .Check(body?.EnumerateRunes().Any(IsVisible) == true, field, "must not be empty")
            .Check(body is null || body.Length <= MessageLimits.MaxBodyLength, field, $"must have at most {MessageLimits.MaxBodyLength} characters")
            .Check(body?.Contains('\0') != true, field, "must not hold the character NUL");
}
