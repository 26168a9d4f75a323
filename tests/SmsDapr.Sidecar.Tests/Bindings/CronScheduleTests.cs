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
