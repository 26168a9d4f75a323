using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting.Auth;

namespace SmsDapr.Service.Users;

/// <summary>A user's preferences as the API shows them.</summary>
public sealed record PreferencesView
{
    public required string UserId { get; init; }

    public required bool EventRemindersEnabled { get; init; }

    public required int LeadTimeMinutes { get; init; }

    public required QuietHours? QuietHours { get; init; }

    public required int DailyLimit { get; init; }

    public required string TimeZone { get; init; }

    public required bool TimeZoneIsDefault { get; init; }

    public required PhoneView? Phone { get; init; }

    public required bool OptedOut { get; init; }

    public required Instant? OptedOutAt { get; init; }

    public required OptOutReason? OptOutReason { get; init; }

    public required CalendarView? Calendar { get; init; }

    public required DayView Today { get; init; }

    internal static PreferencesView Of(UserPreferences preferences, CalendarConnection? calendar, CountedDays today, Caller caller) => new()
    {
        UserId = preferences.UserId,
        EventRemindersEnabled = preferences.EventRemindersEnabled,
        LeadTimeMinutes = preferences.LeadTimeMinutes,
        QuietHours = preferences.QuietHours,
        DailyLimit = preferences.DailyLimit,
        TimeZone = preferences.Zone.Id,
        TimeZoneIsDefault = preferences.TimeZoneIsDefault,
        Phone = preferences.Phone is { } phone
            ? new PhoneView(caller.SeesNumbers ? phone.Number : PhoneNumbers.Mask(phone.Number), phone.Verified, phone.VerifiedAt)
            : null,
        OptedOut = preferences.OptOut is not null,
        OptedOutAt = preferences.OptOut?.At,
        OptOutReason = preferences.OptOut?.Reason,
        Calendar = calendar is { IsConnected: true } ? CalendarView.Of(calendar) : null,
        Today = new DayView(today.Day.Day.Date, today.Count, preferences.DailyLimit),
    };
}

/// <summary>A phone number; callers of role user see it masked.</summary>
public sealed record PhoneView(string Number, bool Verified, Instant? VerifiedAt);

/// <summary>The connected calendar.</summary>
public sealed record CalendarView(bool Connected, string CalendarId, bool Healthy, string? Problem, Instant? ChannelExpiresAt)
{
    internal static CalendarView Of(CalendarConnection connection) => new(
        Connected: true, CalendarIds.Shown(connection.CalendarId), connection.IsHealthy, connection.ShownProblem, connection.Channel?.ExpiresAt);
}

/// <summary>The user's local date, and what counts against its limit: days of zones that the user left count until they are over.</summary>
public sealed record DayView(LocalDate Date, int Sent, int Limit);
