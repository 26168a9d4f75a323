using NodaTime;

namespace SmsDapr.Core.Tests;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-03-08T13:00:00Z", 0)]
    [InlineData("2026-03-08t13:00:00z", 0)]
    [InlineData("2026-03-08T14:30:00+01:30", 0)]
    [InlineData("2026-03-08T13:00:00.0000001Z", 1)]
    [InlineData("2026-03-08T13:00:00.000000199Z", 1)]
    public void Times_are_read_down_to_a_hundred_nanoseconds(string text, int ticks) =>
        Rfc3339.Parse(text).ShouldBe(Instant.FromUtc(2026, 3, 8, 13, 0) + Duration.FromTicks(ticks));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-03-08")]
    [InlineData("2026-03-08T13:00:00")]
    [InlineData("2026-03-08 13:00:00Z")]
    [InlineData("2026-03-08T24:00:00Z")]
    [InlineData("2026-02-30T13:00:00Z")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("-9998-01-01T00:00:00+18:00")]
    public void Text_that_is_no_time_is_none(string? text) => Rfc3339.Parse(text).ShouldBeNull();
}
