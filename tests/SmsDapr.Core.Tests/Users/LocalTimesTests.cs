using NodaTime;
using SmsDapr.Core.Users;

namespace SmsDapr.Core.Tests.Users;

public sealed class LocalTimesTests
{
    private static DateTimeZone NewYork => LocalTimes.FindZone("America/New_York")!;

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
