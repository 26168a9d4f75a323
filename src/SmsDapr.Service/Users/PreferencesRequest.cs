using System.ComponentModel.DataAnnotations;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting.Json;
using SmsDapr.Service.Hosting.Problems;

namespace SmsDapr.Service.Users;

/// <summary>A merge patch of preferences: what is left out stays. Only quiet hours may be null, which means none.</summary>
public sealed record PreferencesRequest
{
    /// <summary>Whether calendar events bring reminders.</summary>
    public Patched<bool?> EventRemindersEnabled { get; init; }

    /// <summary>Minutes between a reminder and its event.</summary>
    [Range(1, 1440)]
    public Patched<int?> LeadTimeMinutes { get; init; }

    /// <summary>Two different times of day between which nothing is sent, across midnight when the end comes first; null for none.</summary>
    public Patched<QuietHoursRequest> QuietHours { get; init; }

    /// <summary>Messages per local day.</summary>
    [Range(0, 1000)]
    public Patched<int?> DailyLimit { get; init; }

    /// <summary>IANA id.</summary>
    public Patched<string> TimeZone { get; init; }

    internal RequestValidation Read(out PreferencesPatch patch)
    {
        patch = new PreferencesPatch
        {
            EventRemindersEnabled = EventRemindersEnabled.Value,
            LeadTimeMinutes = LeadTimeMinutes.Value,
            DailyLimit = DailyLimit.Value,
            TimeZone = TimeZone.Value,
            QuietHours = !QuietHours.IsSet ? null
                : QuietHours.Value is { } hours ? new QuietHoursPatch(hours.Start, hours.End)
                : QuietHoursPatch.None,
        };

        const string NotNull = "must not be null";
        var validation = new RequestValidation()
            .Check(!EventRemindersEnabled.IsNull, "eventRemindersEnabled", NotNull)
            .Check(!LeadTimeMinutes.IsNull, "leadTimeMinutes", NotNull)
            .Check(!DailyLimit.IsNull, "dailyLimit", NotNull)
            .Check(!TimeZone.IsNull, "timeZone", NotNull);
        foreach (var (field, messages) in patch.Validate())
        {
            foreach (var message in messages)
                validation.Add(field, message);
        }

        return validation;
    }
}

/// <summary>Quiet hours as two times of day, <c>HH:mm</c>.</summary>
public sealed record QuietHoursRequest(
    [property: Required, RegularExpression(QuietHoursRequest.TimePattern)] string? Start,
    [property: Required, RegularExpression(QuietHoursRequest.TimePattern)] string? End)
{
    /// <summary><c>HH:mm</c>.</summary>
    internal const string TimePattern = @"^([01]\d|2[0-3]):[0-5]\d$";
}

/// <summary>A number that the calling host has verified itself, or no longer vouches for.</summary>
public sealed record PhoneRequest([property: Required] string? PhoneNumber, [property: Required] bool? Verified);
