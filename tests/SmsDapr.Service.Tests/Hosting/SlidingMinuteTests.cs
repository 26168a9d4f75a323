using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Service.Hosting.Auth;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class SlidingMinuteTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 8, 12, 0, 0, TimeSpan.Zero));
    private readonly SlidingMinute _limiter;

    public SlidingMinuteTests() => _limiter = new SlidingMinute(2, _time);

    public void Dispose() => _limiter.Dispose();

    [Fact]
    public void Refusal_says_to_the_moment_when_the_next_permit_is_to_be_had()
    {
        Take().ShouldBeNull();
        _time.Advance(TimeSpan.FromSeconds(40));
        Take().ShouldBeNull();

        Take().ShouldBe(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromTicks(1));
        Take().ShouldBe(TimeSpan.FromTicks(1));
        _time.Advance(TimeSpan.FromTicks(1));
        Take().ShouldBeNull();
        Take().ShouldBe(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void Refusals_cost_no_permit()
    {
        Take();
        Take();
        for (var refused = 0; refused < 10; refused++)
            Take().ShouldBe(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromMinutes(1));

        Take().ShouldBeNull();
        Take().ShouldBeNull();
    }

    [Fact]
    public void Limiter_is_idle_once_nothing_counts_any_more()
    {
        Take();
        _limiter.IdleDuration.ShouldBeNull();
        _time.Advance(TimeSpan.FromMinutes(1));

        _limiter.IdleDuration.ShouldNotBeNull();
    }

    /// <summary>Null when a permit was had, else how long to wait.</summary>
    private TimeSpan? Take()
    {
        using var lease = _limiter.AttemptAcquire();
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : throw new InvalidOperationException("No wait.");
    }
}
