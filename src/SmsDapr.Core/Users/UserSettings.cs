using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Users;

/// <summary>What a user has set. Null means never set, so that a changed default reaches the user.</summary>
public sealed record UserSettings
{
    /// <summary>The user.</summary>
    public required string UserId { get; init; }

    /// <summary>Whether calendar events bring reminders.</summary>
    public bool? EventRemindersEnabled { get; init; }

    /// <summary>Minutes between a reminder and its event.</summary>
    public int? LeadTimeMinutes { get; init; }

    /// <summary>The quiet hours; null with <see cref="QuietHoursSet"/> is an explicit «none».</summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>Whether the user ever set, or removed, quiet hours.</summary>
    public bool QuietHoursSet { get; init; }

    /// <summary>Messages per local day.</summary>
    public int? DailyLimit { get; init; }

    /// <summary>IANA id of the time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Days of time zones that the user left, as long as they may count; null before the first change.</summary>
    public IReadOnlyList<EarlierDay>? EarlierDays { get; init; }

    /// <summary>The phone number.</summary>
    public UserPhone? Phone { get; init; }

    /// <summary>When and why the user opted out; null while opted in.</summary>
    public OptOut? OptOut { get; init; }

    /// <summary>Provider ids of the newest inbound keywords, so that one that comes again changes nothing. Internal.</summary>
    public IReadOnlyList<string>? KeywordSids { get; init; }
}

/// <summary>A user's phone number.</summary>
/// <param name="Number">E.164.</param>
/// <param name="VerifiedAt">When it was verified; null when it is not.</param>
public sealed record UserPhone(string Number, Instant? VerifiedAt)
{
    /// <summary>Whether it is verified.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Verified => VerifiedAt is not null;

    /// <inheritdoc />
    public override string ToString() => PhoneNumbers.Mask(Number);
}

/// <summary>An opt-out.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">How it came.</param>
public sealed record OptOut(Instant At, OptOutReason Reason);

/// <summary>How a user opted out.</summary>
public enum OptOutReason
{
    /// <summary>Through the API.</summary>
    Request,

    /// <summary>With an inbound keyword such as STOP.</summary>
    Keyword,

    /// <summary>The provider reported it with a failed message.</summary>
    Provider,
}

/// <summary>Transitions of a user's phone and opt-out. Each returns an equal record when there is nothing to change.</summary>
public static class UserTransitions
{
    private const int RememberedKeywords = 20;

    /// <summary>Opts out. A user who is out stays out since the first time.</summary>
    public static UserSettings OptedOut(this UserSettings settings, OptOutReason reason, Instant now) =>
        settings.OptOut is null ? settings with { OptOut = new OptOut(now, reason) } : settings;

    /// <summary>Opts in again.</summary>
    public static UserSettings OptedIn(this UserSettings settings) => settings with { OptOut = null };

    /// <summary>
    /// Does what an inbound keyword asks for, once per inbound text: a STOP that the provider repeats after a START stays without effect. A text without an
    /// id can't be told from a new one. A number whose verification was taken back may have gone to somebody else: it can still stop texts, never ask for them.
    /// </summary>
    public static UserSettings WithKeyword(this UserSettings settings, InboundKeyword keyword, string? messageSid, Instant now)
    {
        var known = settings.KeywordSids ?? [];
        var text = messageSid is null ? null : $"{messageSid} {keyword}";
        if (keyword == InboundKeyword.Help || (text is not null && known.Contains(text)))
            return settings;

        var seen = text is null ? settings : settings with { KeywordSids = [.. known.TakeLast(RememberedKeywords - 1), text] };
        return keyword switch
        {
            InboundKeyword.Stop => seen.OptedOut(OptOutReason.Keyword, now),
            _ when settings.Phone is { Verified: true } => seen.OptedIn(),
            _ => settings,
        };
    }

    /// <summary>Sets a verified number. The same number keeps the time of its first verification.</summary>
    public static UserSettings WithVerifiedPhone(this UserSettings settings, string e164, Instant now) =>
        settings.Phone is { Verified: true } known && known.Number == e164 ? settings : settings with { Phone = new UserPhone(e164, now) };

    /// <summary>Sets a number that is not verified, or takes a verification back.</summary>
    public static UserSettings WithUnverifiedPhone(this UserSettings settings, string e164) =>
        settings with { Phone = new UserPhone(e164, VerifiedAt: null) };
}
