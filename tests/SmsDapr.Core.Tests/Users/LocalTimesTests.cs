using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

public sealed class LocalTimesTests
{
    private static DateTimeZone NewYork => LocalTimes.FindZone("America/New_York")!;

    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("US/Eastern", true)]
    [InlineData("Etc/GMT+5", true)]
    [InlineData("UTC", true)]
    [InlineData("GMT", true)]
    [InlineData("UTC+05:30", false)]
    [InlineData("UTC-18", false)]
    [InlineData("europe/berlin", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Zones_are_those_of_IANA_and_nothing_made_up(string? id, bool isZone) => (LocalTimes.FindZone(id) is not null).ShouldBe(isZone);

    [Fact]
    public void The_last_date_ends_with_time_itself()
    {
        LocalTimes.UtcDay(LocalDate.MaxIsoValue).End.ShouldBe(Instant.MaxValue);
        LocalTimes.UtcDay(new LocalDate(2026, 3, 8)).ShouldBe(new Interval(Instant.FromUtc(2026, 3, 8, 0, 0), Instant.FromUtc(2026, 3, 9, 0, 0)));
    }

    [Fact]
    public void ToInstant_of_a_skipped_time_is_the_first_valid_instant_after() =>
        LocalTimes.ToInstant(new LocalDateTime(2026, 3, 8, 2, 30), NewYork).ShouldBe(Instant.FromUtc(2026, 3, 8, 7, 0));

    [Fact]
    public void ToInstant_of_a_doubled_time_is_the_earlier() =>
        LocalTimes.ToInstant(new LocalDateTime(2026, 11, 1, 1, 30), NewYork).ShouldBe(Instant.FromUtc(2026, 11, 1, 5, 30));

    [Fact]
    public void ToInstant_of_any_other_time_is_that_time() =>
        LocalTimes.ToInstant(new LocalDateTime(2026, 7, 1, 9, 0), NewYork).ShouldBe(Instant.FromUtc(2026, 7, 1, 13, 0));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Eastern Standard Time")]
    public void FindZone_of_anything_but_an_iana_id_is_null(string? id) => LocalTimes.FindZone(id).ShouldBeNull();
}
