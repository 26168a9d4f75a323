using NodaTime;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Tests.Delivery;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData(ErrorCategory.TransientProvider, 1, 120)]
    [InlineData(ErrorCategory.TransientProvider, 2, 240)]
    [InlineData(ErrorCategory.TransientProvider, 3, 480)]
    [InlineData(ErrorCategory.Unknown, 1, 120)]
    [InlineData(ErrorCategory.Unreachable, 1, 120)]
    [InlineData(ErrorCategory.CarrierTransient, 1, 360)]
    [InlineData(ErrorCategory.CarrierTransient, 2, 720)]
    [InlineData(ErrorCategory.RateLimit, 1, 600)]
    [InlineData(ErrorCategory.RateLimit, 2, 1200)]
    [InlineData(ErrorCategory.AccountAuth, 1, 60)]
    [InlineData(ErrorCategory.AccountAuth, 3, 60)]
    public void Delay_is_two_to_the_attempts_made_times_the_base(ErrorCategory category, int attempts, int seconds) =>
        RetryRules.Delay(category, attempts, RetryOptions.Default).ShouldBe(Duration.FromSeconds(seconds));

    [Fact]
    public void Delay_of_a_thousand_attempts_stays_in_range() =>
        RetryRules.Delay(ErrorCategory.RateLimit, 1000, RetryOptions.Default).ShouldBeLessThan(Duration.FromDays(365));

    [Fact]
    public void Delay_before_any_attempt_is_a_programming_error() =>
        Should.Throw<ArgumentOutOfRangeException>(() => RetryRules.Delay(ErrorCategory.Unknown, 0, RetryOptions.Default));
}
