using System.Globalization;
using SmsDapr.Sidecar.Bindings;

namespace SmsDapr.Sidecar.Tests.Bindings;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("*/15 * * * *", "2026-03-01T10:07:30Z", "2026-03-01T10:15:00Z")]
    [InlineData("30 */5 * * * *", "2026-03-01T10:07:30Z", "2026-03-01T10:10:30Z")]
    [InlineData("@hourly", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")]
    [InlineData("@daily", "2026-03-01T10:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-03-01T10:07:30Z", "2026-03-01T11:37:30Z")]
    [InlineData("@every 10ms", "2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z")]
    [InlineData("CRON_TZ=America/New_York 0 9 * * *", "2026-03-07T20:00:00Z", "2026-03-08T13:00:00Z")]
    public void Next_is_the_first_instant_after(string schedule, string after, string expected) =>
        CronSchedule.Parse(schedule, TimeZoneInfo.Utc).Next(Instant(after)).ShouldBe(Instant(expected));

    // 2026 in Berlin: 02:00 is followed by 03:00 on 29 March, and 02:59 by 02:00 on 25 October.
    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("30 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("0 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z")]
    [InlineData("0 0 1 1 *", "2026-07-01T00:00:00Z", "2026-12-31T23:00:00Z")]
    [InlineData("0 9 * * *", "2026-03-28T12:00:00Z", "2026-03-29T07:00:00Z")]
    public void A_zone_that_changes_its_clocks_is_followed_as_they_are_shown(string schedule, string after, string expected) =>
        CronSchedule.Parse($"CRON_TZ=Europe/Berlin {schedule}", TimeZoneInfo.Utc).Next(Instant(after)).ShouldBe(Instant(expected));

    [Theory]
    [InlineData("@yearly", "2027-01-01T00:00:00Z")]
    [InlineData("@annually", "2027-01-01T00:00:00Z")]
    [InlineData("@monthly", "2026-04-01T00:00:00Z")]
    [InlineData("@weekly", "2026-03-08T00:00:00Z")]
    [InlineData("@midnight", "2026-03-02T00:00:00Z")]
    [InlineData("0 9-17/4 * JAN-MAR MON,WED", "2026-03-02T09:00:00Z")]
    [InlineData("0 0 ? * 5", "2026-03-06T00:00:00Z")]
    public void Every_form_is_known(string schedule, string expected) =>
        CronSchedule.Parse(schedule, TimeZoneInfo.Utc).Next(Instant("2026-03-01T10:00:00Z")).ShouldBe(Instant(expected));

    [Fact]
    public void Day_of_month_and_weekday_together_fire_on_either()
    {
        // The 15th of March 2026 is a Sunday; the Monday before it is the 9th.
        var schedule = CronSchedule.Parse("0 0 15 * MON", TimeZoneInfo.Utc);

        schedule.Next(Instant("2026-03-03T00:00:00Z")).ShouldBe(Instant("2026-03-09T00:00:00Z"));
        schedule.Next(Instant("2026-03-10T00:00:00Z")).ShouldBe(Instant("2026-03-15T00:00:00Z"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * *")]
    [InlineData("61 * * * *")]
    [InlineData("@every soon")]
    [InlineData("CRON_TZ=Mars/Olympus * * * * *")]
    public void Parse_refuses_what_is_no_schedule(string text) =>
        Should.Throw<FormatException>(() => CronSchedule.Parse(text, TimeZoneInfo.Utc));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
