using NodaTime;

namespace SmsDapr.Core.Users;

/// <summary>What applies to a user who never set anything.</summary>
public sealed record UserDefaults
{
    /// <summary>Whether calendar events bring reminders.</summary>
    public bool EventRemindersEnabled { get; init; } = true;

    /// <summary>Minutes between a reminder and its event.</summary>
    public int LeadTimeMinutes { get; init; } = 15;

    /// <summary>The quiet hours; null for none.</summary>
    public QuietHours? QuietHours { get; init; } = new(new LocalTime(21, 0), new LocalTime(8, 0));

    /// <summary>Messages per local day.</summary>
    public int DailyLimit { get; init; } = 10;

    /// <summary>IANA id of the time zone.</summary>
    public string TimeZone { get; init; } = "UTC";
}

/// <summary>What applies to a user: the settings, and the defaults for what was never set.</summary>
public sealed record UserPreferences
{
    /// <summary>The user.</summary>
    public required string UserId { get; init; }

    /// <summary>Whether calendar events bring reminders.</summary>
    public required bool EventRemindersEnabled { get; init; }

    /// <summary>Minutes between a reminder and its event.</summary>
    public required int LeadTimeMinutes { get; init; }

    /// <summary>The quiet hours; null for none.</summary>
    public required QuietHours? QuietHours { get; init; }

    /// <summary>Messages per local day.</summary>
    public required int DailyLimit { get; init; }

    /// <summary>The time zone.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>Whether the time zone is only the default.</summary>
    public required bool TimeZoneIsDefault { get; init; }

    /// <summary>Days of time zones that the user left.</summary>
    public IReadOnlyList<EarlierDay> EarlierDays { get; init; } = [];

    /// <summary>The phone number.</summary>
    public required UserPhone? Phone { get; init; }

    /// <summary>When and why the user opted out; null while opted in.</summary>
    public required OptOut? OptOut { get; init; }

    /// <summary>
    /// The days whose messages count against the limit at an instant: the local day first, then those of zones that the user left
    /// and that still count.
    /// </summary>
    public IReadOnlyList<LocalDay> DaysThatCount(Instant at)
    {
        var today = LocalDay.Of(at, Zone);
        if (EarlierDays.Count == 0)
            return [today];
        var began = LocalTimes.StartOfDay(today.Date, Zone);
        return [today, .. EarlierDays.Where(earlier => earlier.Day != today && earlier.CountsAt(at, began)).Select(earlier => earlier.Day)];
    }

    /// <summary>Fills what was never set with the defaults. A stored zone that no longer exists counts as never set.</summary>
    public static UserPreferences Resolve(UserSettings settings, UserDefaults defaults)
    {
        var zone = LocalTimes.FindZone(settings.TimeZone);
        return new UserPreferences
        {
            UserId = settings.UserId,
            EventRemindersEnabled = settings.EventRemindersEnabled ?? defaults.EventRemindersEnabled,
            LeadTimeMinutes = settings.LeadTimeMinutes ?? defaults.LeadTimeMinutes,
            QuietHours = settings.QuietHoursSet ? settings.QuietHours : defaults.QuietHours,
            DailyLimit = settings.DailyLimit ?? defaults.DailyLimit,
            Zone = zone ?? DateTimeZoneProviders.Tzdb[defaults.TimeZone],
            TimeZoneIsDefault = zone is null,
            EarlierDays = settings.EarlierDays ?? [],
            Phone = settings.Phone,
            OptOut = settings.OptOut,
        };
    }
}
