using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Tests.Components;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2m3s4ms", 123_004)]
    public void TryParse_reads_what_go_writes(string text, long milliseconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();

        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5 s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("999999999999999h")]
    public void TryParse_refuses_anything_else(string text) => GoDuration.TryParse(text, out _).ShouldBeFalse();
}
