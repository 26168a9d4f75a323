using System.Text.Json;
using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

public sealed class QuietHoursTests
{
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    private static QuietHours Night => QuietHours.TryParse("21:00-08:00")!;

    [Theory]
    [InlineData("2026-03-02T20:59:59Z", null)]
    [InlineData("2026-03-02T21:00:00Z", "2026-03-03T08:00:00Z")]
    [InlineData("2026-03-02T23:59:59Z", "2026-03-03T08:00:00Z")]
    [InlineData("2026-03-03T00:00:00Z", "2026-03-03T08:00:00Z")]
    [InlineData("2026-03-03T07:59:59Z", "2026-03-03T08:00:00Z")]
    [InlineData("2026-03-03T08:00:00Z", null)]
    public void EndOfQuietTime_across_midnight_includes_its_start_and_not_its_end(string at, string? end) =>
        ShouldEndAt(Night, at, DateTimeZone.Utc, end);

    [Theory]
    [InlineData("2026-03-02T12:29:59Z", null)]
    [InlineData("2026-03-02T12:30:00Z", "2026-03-02T14:05:00Z")]
    [InlineData("2026-03-02T14:04:59Z", "2026-03-02T14:05:00Z")]
    [InlineData("2026-03-02T14:05:00Z", null)]
    public void EndOfQuietTime_within_a_day_counts_minutes(string at, string? end) =>
        ShouldEndAt(QuietHours.TryParse("12:30", "14:05")!, at, DateTimeZone.Utc, end);

    [Fact]
    public void EndOfQuietTime_that_is_skipped_is_the_first_valid_instant_after() =>
        // 02:30 does not exist in New York on 2026-03-08: the clock goes from 02:00 to 03:00.
        ShouldEndAt(QuietHours.TryParse("22:00-02:30")!, "2026-03-08T05:00:00Z", NewYork, "2026-03-08T07:00:00Z");

    [Theory]
    [InlineData("2026-11-01T05:15:00Z")]
    [InlineData("2026-11-01T05:45:00Z")]
    [InlineData("2026-11-01T06:15:00Z")]
    public void EndOfQuietTime_that_occurs_twice_is_the_later_instant(string at) =>
        // 01:30 occurs at 05:30Z and at 06:30Z.
        ShouldEndAt(QuietHours.TryParse("22:00-01:30")!, at, NewYork, "2026-11-01T06:30:00Z");

    [Theory]
    [InlineData("2026-11-01T05:29:59Z", null)]
    [InlineData("2026-11-01T05:30:00Z", "2026-11-01T13:00:00Z")]
    [InlineData("2026-11-01T06:15:00Z", "2026-11-01T13:00:00Z")]
    public void Start_that_occurs_twice_is_the_earlier_instant(string at, string? end) =>
        ShouldEndAt(QuietHours.TryParse("01:30-08:00")!, at, NewYork, end);

    [Theory]
    [InlineData("2026-03-08T06:59:00Z")]
    [InlineData("2026-03-08T07:00:00Z")]
    public void Quiet_hours_that_are_skipped_as_a_whole_are_not_quiet(string at) =>
        ShouldEndAt(QuietHours.TryParse("02:10-02:50")!, at, NewYork, null);

    [Fact]
    public void EndOfQuietTime_of_nights_that_touch_in_a_repeated_hour_is_the_end_of_the_last()
    {
        // 01:20 to 01:10 next day: the later 01:10 of 2026-11-01 lies after the earlier 01:20, so no minute between is free.
        var nearlyAllDay = QuietHours.TryParse("01:20-01:10")!;

        ShouldEndAt(nearlyAllDay, "2026-10-31T12:00:00Z", NewYork, "2026-11-02T06:10:00Z");
    }

    [Fact]
    public void Night_that_began_before_the_clock_went_back_over_midnight_goes_on()
    {
        // In St. John's 00:01 of 2010-11-07 was followed by 23:01 of the day before.
        var zone = DateTimeZoneProviders.Tzdb["America/St_Johns"];

        ShouldEndAt(QuietHours.TryParse("00:00-06:00")!, "2010-11-07T02:29:59Z", zone, null);
        ShouldEndAt(QuietHours.TryParse("00:00-06:00")!, "2010-11-07T03:00:00Z", zone, "2010-11-07T09:30:00Z");
    }

    [Fact]
    public void Bounds_that_are_equal_are_refused()
    {
        Should.Throw<ArgumentException>(() => new QuietHours(new LocalTime(8, 0), new LocalTime(8, 0))).Message.ShouldStartWith("Quiet hours must start and end at different times.");
        QuietHours.TryParse("08:00", "08:00").ShouldBeNull();
    }

    [Fact]
    public void Bounds_finer_than_minutes_are_refused()
    {
        Should.Throw<ArgumentException>(() => new QuietHours(new LocalTime(8, 0, 1), new LocalTime(9, 0))).Message.ShouldStartWith("Quiet hours are set in whole minutes.");
        Should.Throw<ArgumentException>(() => new QuietHours(new LocalTime(8, 0), new LocalTime(9, 0, 1)));
    }

    [Theory]
    [InlineData("21:00")]
    [InlineData("21:00-")]
    [InlineData("9:00-10:00")]
    [InlineData("24:00-08:00")]
    [InlineData("21:00-08:00-09:00")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_of_anything_else_is_null(string? span) => QuietHours.TryParse(span).ShouldBeNull();

    [Theory]
    [InlineData(null, "08:00")]
    [InlineData("21:00", null)]
    [InlineData("21:00:00", "08:00")]
    public void TryParse_of_half_set_bounds_is_null(string? start, string? end) => QuietHours.TryParse(start, end).ShouldBeNull();

    [Fact]
    public void Json_holds_hours_and_minutes()
    {
        var json = JsonSerializer.Serialize(Night, CoreJson.Options);

        json.ShouldBe("""{"start":"21:00","end":"08:00"}""");
        JsonSerializer.Deserialize<QuietHours>(json, CoreJson.Options).ShouldBe(Night);
        Night.ToString().ShouldBe("21:00-08:00");
    }

    [Fact]
    public void EndOfQuietTime_without_a_zone_is_a_programming_error() =>
        Should.Throw<ArgumentNullException>(() => Night.EndOfQuietTime(At("2026-03-02T12:00:00Z"), null!));

    private static void ShouldEndAt(QuietHours quiet, string at, DateTimeZone zone, string? end)
    {
        var instant = At(at);
        quiet.EndOfQuietTime(instant, zone).ShouldBe(end is null ? null : At(end));
        quiet.Contains(instant, zone).ShouldBe(end is not null);
    }

    private static Instant At(string text) => NodaTime.Text.InstantPattern.General.Parse(text).Value;
}
