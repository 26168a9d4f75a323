using System.Text.Json;
using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

public sealed class UserPreferencesTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);
    private static UserSettings Unknown => new() { UserId = "user-1" };
    private static UserDefaults Defaults => new();

    [Fact]
    public void Resolve_of_an_unknown_user_has_the_defaults()
    {
        var user = UserPreferences.Resolve(Unknown, Defaults);

        user.EventRemindersEnabled.ShouldBeTrue();
        user.LeadTimeMinutes.ShouldBe(15);
        user.QuietHours.ShouldBe(QuietHours.TryParse("21:00-08:00"));
        user.DailyLimit.ShouldBe(10);
        user.Zone.Id.ShouldBe("UTC");
        user.TimeZoneIsDefault.ShouldBeTrue();
        user.Phone.ShouldBeNull();
        user.OptOut.ShouldBeNull();
    }

    [Fact]
    public void Resolve_takes_what_was_set()
    {
        var settings = Unknown with
        {
            EventRemindersEnabled = false,
            LeadTimeMinutes = 30,
            QuietHours = QuietHours.TryParse("20:00-07:00"),
            QuietHoursSet = true,
            DailyLimit = 0,
            TimeZone = "Europe/Berlin",
        };

        var user = UserPreferences.Resolve(settings, Defaults);

        user.EventRemindersEnabled.ShouldBeFalse();
        user.LeadTimeMinutes.ShouldBe(30);
        user.QuietHours.ShouldBe(settings.QuietHours);
        user.DailyLimit.ShouldBe(0);
        user.Zone.Id.ShouldBe("Europe/Berlin");
        user.TimeZoneIsDefault.ShouldBeFalse();
    }

    [Fact]
    public void Resolve_tells_never_set_quiet_hours_from_none()
    {
        UserPreferences.Resolve(Unknown with { QuietHoursSet = true }, Defaults).QuietHours.ShouldBeNull();
        UserPreferences.Resolve(Unknown, Defaults with { QuietHours = null }).QuietHours.ShouldBeNull();
    }

    [Fact]
    public void Resolve_of_a_zone_that_no_longer_exists_falls_back_to_the_default() =>
        UserPreferences.Resolve(Unknown with { TimeZone = "Mars/Olympus" }, Defaults).TimeZoneIsDefault.ShouldBeTrue();

    [Fact]
    public void Patch_of_one_field_leaves_the_others()
    {
        var settings = Unknown with { LeadTimeMinutes = 30, DailyLimit = 5 };

        new PreferencesPatch { DailyLimit = 7 }.Apply(settings, Defaults, Noon).ShouldBe(settings with { DailyLimit = 7 });
        new PreferencesPatch { TimeZone = "UTC", EventRemindersEnabled = false }.Apply(settings, Defaults, Noon)
            .ShouldBe(settings with { TimeZone = "UTC", EventRemindersEnabled = false });
        new PreferencesPatch().Apply(settings, Defaults, Noon).ShouldBe(settings);
    }

    [Fact]
    public void Patch_replaces_what_was_set_and_keeps_what_it_leaves_out()
    {
        var settings = Unknown with { EventRemindersEnabled = true, LeadTimeMinutes = 30, DailyLimit = 5, TimeZone = "UTC" };

        new PreferencesPatch { EventRemindersEnabled = false }.Apply(settings, Defaults, Noon).ShouldBe(settings with { EventRemindersEnabled = false });
        new PreferencesPatch { LeadTimeMinutes = 5 }.Apply(settings, Defaults, Noon).ShouldBe(settings with { LeadTimeMinutes = 5 });
        new PreferencesPatch().Apply(settings, Defaults, Noon).ShouldBe(settings);
    }

    [Fact]
    public void Patch_that_removes_quiet_hours_removes_them_whatever_else_it_holds() =>
        new PreferencesPatch { QuietHours = new QuietHoursPatch("21:00", "08:00", IsRemoval: true) }.Apply(Unknown, Defaults, Noon).QuietHours.ShouldBeNull();

    [Fact]
    public void Defaults_are_those_of_the_contract()
    {
        var defaults = new UserDefaults();

        defaults.EventRemindersEnabled.ShouldBeTrue();
        defaults.TimeZone.ShouldBe("UTC");
        (defaults.LeadTimeMinutes, defaults.DailyLimit).ShouldBe((15, 10));
        defaults.QuietHours!.ToString().ShouldBe("21:00-08:00");
    }

    [Fact]
    public void Validate_says_what_is_expected() =>
        new PreferencesPatch { LeadTimeMinutes = 0, DailyLimit = -1, TimeZone = "Berlin", QuietHours = new QuietHoursPatch("21", null) }.Validate()
            .ToDictionary(problem => problem.Key, problem => problem.Value.Single())
            .ShouldBe(new Dictionary<string, string>
            {
                ["leadTimeMinutes"] = "Must be between 1 and 1440.",
                ["dailyLimit"] = "Must be between 0 and 1000.",
                ["timeZone"] = "Must be an IANA time zone such as Europe/Berlin.",
                ["quietHours"] = "Needs a start and an end of the form HH:mm that differ, or null for none.",
            });

    [Fact]
    public void Patch_sets_and_removes_quiet_hours()
    {
        var set = new PreferencesPatch { QuietHours = new QuietHoursPatch("22:00", "06:30") }.Apply(Unknown, Defaults, Noon);
        set.QuietHours.ShouldBe(QuietHours.TryParse("22:00-06:30"));
        set.QuietHoursSet.ShouldBeTrue();

        var removed = new PreferencesPatch { QuietHours = QuietHoursPatch.None }.Apply(set, Defaults, Noon);
        removed.QuietHours.ShouldBeNull();
        removed.QuietHoursSet.ShouldBeTrue();
        new PreferencesPatch { LeadTimeMinutes = 5 }.Apply(removed, Defaults, Noon).QuietHoursSet.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1440, true)]
    [InlineData(1441, false)]
    public void Validate_bounds_the_lead_time(int minutes, bool valid) =>
        ShouldBeValid(new PreferencesPatch { LeadTimeMinutes = minutes }, "leadTimeMinutes", valid);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Validate_bounds_the_daily_limit(int limit, bool valid) =>
        ShouldBeValid(new PreferencesPatch { DailyLimit = limit }, "dailyLimit", valid);

    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("UTC", true)]
    [InlineData("Berlin", false)]
    [InlineData("", false)]
    public void Validate_asks_for_an_iana_zone(string zone, bool valid) =>
        ShouldBeValid(new PreferencesPatch { TimeZone = zone }, "timeZone", valid);

    [Theory]
    [InlineData("21:00", "08:00", true)]
    [InlineData("21:00", "21:00", false)]
    [InlineData("21:00", null, false)]
    [InlineData(null, "08:00", false)]
    [InlineData(null, null, false)]
    [InlineData("21", "08", false)]
    public void Validate_asks_for_two_different_times(string? start, string? end, bool valid) =>
        ShouldBeValid(new PreferencesPatch { QuietHours = new QuietHoursPatch(start, end) }, "quietHours", valid);

    [Fact]
    public void Apply_of_an_invalid_patch_is_a_programming_error() =>
        Should.Throw<InvalidOperationException>(() => new PreferencesPatch { DailyLimit = -1 }.Apply(Unknown, Defaults, Noon))
            .Message.ShouldBe("The patch has to be valid to be applied.");

    [Fact]
    public void OptedOut_keeps_the_first_time_until_opted_in()
    {
        var once = Unknown.OptedOut(OptOutReason.Keyword, Noon);

        once.OptOut.ShouldBe(new OptOut(Noon, OptOutReason.Keyword));
        once.OptedOut(OptOutReason.Request, Noon + Duration.FromHours(1)).ShouldBe(once);
        once.OptedIn().ShouldBe(Unknown);
        Unknown.OptedIn().ShouldBe(Unknown);
    }

    [Fact]
    public void WithVerifiedPhone_keeps_the_first_verification_of_the_same_number()
    {
        var verified = Unknown.WithVerifiedPhone("+12025550671", Noon);

        verified.WithVerifiedPhone("+12025550671", Noon + Duration.FromHours(1)).ShouldBe(verified);
        verified.WithVerifiedPhone("+12025550672", Noon + Duration.FromHours(1)).Phone!.VerifiedAt.ShouldBe(Noon + Duration.FromHours(1));
        verified.WithUnverifiedPhone("+12025550671").Phone!.Verified.ShouldBeFalse();
        verified.WithUnverifiedPhone("+12025550671").WithVerifiedPhone("+12025550671", Noon).ShouldBe(verified);
    }

    [Fact]
    public void Settings_round_trip_through_json()
    {
        var settings = new PreferencesPatch { QuietHours = new QuietHoursPatch("22:00", "06:30"), LeadTimeMinutes = 5 }.Apply(Unknown, Defaults, Noon)
            .WithVerifiedPhone("+12025550671", Noon)
            .OptedOut(OptOutReason.Keyword, Noon);

        JsonSerializer.Deserialize<UserSettings>(JsonSerializer.Serialize(settings, CoreJson.Options), CoreJson.Options).ShouldBe(settings);
    }

    private static void ShouldBeValid(PreferencesPatch patch, string field, bool valid) =>
        patch.Validate().Keys.ShouldBe(valid ? [] : [field]);
}
