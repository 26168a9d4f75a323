using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Tests.Delivery;

public sealed class CarrierTimeTests
{
    [Fact]
    public void Parse_ten_digits_are_year_month_day_hour_and_minute() =>
        CarrierTime.Parse("2603020912").ShouldBe(new LocalDateTime(2026, 3, 2, 9, 12));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("260302091")]
    [InlineData("26030209123")]
    [InlineData("2613020912")]
    [InlineData("2602300912")]
    [InlineData("2603022412")]
    [InlineData("2026-03-02")]
    public void Parse_what_is_no_time_is_no_time(string? text) => CarrierTime.Parse(text).ShouldBeNull();
}
