using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>A change of preferences. Null leaves a field as it is.</summary>
public sealed record PreferencesPatch
{
    /// <summary>Whether calendar events bring reminders.</summary>
    public bool? EventRemindersEnabled { get; init; }

    /// <summary>1 to 1440.</summary>
    public int? LeadTimeMinutes { get; init; }

    /// <summary>New quiet hours, or their removal; null leaves them.</summary>
    public QuietHoursPatch? QuietHours { get; init; }

    /// <summary>0 to 1000.</summary>
    public int? DailyLimit { get; init; }

    /// <summary>IANA id.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Problems by field (camelCase), empty when the patch is valid.</summary>
    public IReadOnlyDictionary<string, string[]> Validate()
    {
        var problems = new Dictionary<string, string[]>();
        if (LeadTimeMinutes is < 1 or > 1440)
            problems["leadTimeMinutes"] = ["Must be between 1 and 1440."];
        if (DailyLimit is < 0 or > 1000)
            problems["dailyLimit"] = ["Must be between 0 and 1000."];
        if (TimeZone is not null && LocalTimes.FindZone(TimeZone) is null)
            problems["timeZone"] = ["Must be an IANA time zone such as Europe/Berlin."];
        if (QuietHours is { IsRemoval: false } hours && hours.Read() is null)
            problems["quietHours"] = ["Needs a start and an end of the form HH:mm that differ, or null for none."];
        return problems;
    }

    /// <summary>The settings with the patch applied; equal when nothing changes.</summary>
    /// <param name="settings">What the user has set.</param>
    /// <param name="defaults">What applies to what was never set, such as the zone that a new one replaces.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">The patch is not valid.</exception>
    public UserSettings Apply(UserSettings settings, UserDefaults defaults, Instant now)
    {
        if (Validate().Count > 0)
            throw new InvalidOperationException("The patch has to be valid to be applied.");
        return settings with
        {
            EventRemindersEnabled = EventRemindersEnabled ?? settings.EventRemindersEnabled,
            LeadTimeMinutes = LeadTimeMinutes ?? settings.LeadTimeMinutes,
            QuietHours = QuietHours is null ? settings.QuietHours : QuietHours.Read(),
            QuietHoursSet = settings.QuietHoursSet || QuietHours is not null,
            DailyLimit = DailyLimit ?? settings.DailyLimit,
            TimeZone = TimeZone ?? settings.TimeZone,
            EarlierDays = EarlierDaysAfter(settings, defaults, now),
        };
    }

    private IReadOnlyList<EarlierDay>? EarlierDaysAfter(UserSettings settings, UserDefaults defaults, Instant now)
    {
        var left = UserPreferences.Resolve(settings, defaults).Zone;
        return TimeZone is null || TimeZone == left.Id
            ? settings.EarlierDays
            : EarlierDay.After(settings.EarlierDays, left, LocalTimes.FindZone(TimeZone)!, now);
    }
}

/// <summary>New quiet hours as a caller wrote them.</summary>
/// <param name="Start"><c>HH:mm</c>.</param>
/// <param name="End"><c>HH:mm</c>.</param>
/// <param name="IsRemoval">Whether the caller asked for none.</param>
public sealed record QuietHoursPatch(string? Start, string? End, bool IsRemoval = false)
{
    /// <summary>Quiet hours are removed for good.</summary>
    public static QuietHoursPatch None { get; } = new(null, null, IsRemoval: true);

    internal QuietHours? Read() => IsRemoval ? null : Users.QuietHours.TryParse(Start, End);
}
