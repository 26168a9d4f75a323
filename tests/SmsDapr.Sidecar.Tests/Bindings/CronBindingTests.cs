using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Bindings;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Tests.Bindings;

public sealed class CronBindingTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 10, 7, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Start);
    private readonly WorkCounter _work = new();
    private readonly Channel<string> _ticks = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CronBinding _binding;

    public CronBindingTests() => _binding = new CronBinding(Specs.Of("bindings.cron", ("schedule", "*/15 * * * *")), _clock, _work);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _binding.DisposeAsync();
    }

    [Fact]
    public async Task It_ticks_at_the_instants_of_its_schedule()
    {
        _release.SetResult();
        _binding.Start(RecordAsync);

        _clock.Advance(TimeSpan.FromMinutes(8));
        (await _ticks.Reader.ReadAsync(Cancellation)).ShouldBe("2026-03-01 10:15:00 +0000 UTC");
        _clock.Advance(TimeSpan.FromMinutes(15));
        (await _ticks.Reader.ReadAsync(Cancellation)).ShouldBe("2026-03-01 10:30:00 +0000 UTC");
    }

    [Fact]
    public void It_does_not_tick_before_its_time()
    {
        _binding.Start(RecordAsync);

        _clock.Advance(TimeSpan.FromMinutes(8) - TimeSpan.FromMilliseconds(1));

        _work.Active.ShouldBe(0);
    }

    [Fact]
    public async Task Work_has_begun_when_the_timer_returns_and_ends_with_the_answer()
    {
        _binding.Start(RecordAsync);

        _clock.Advance(TimeSpan.FromMinutes(8));

        _work.Active.ShouldBe(1);
        _release.SetResult();
        await _binding.StopAsync(Cancellation);
        _work.Active.ShouldBe(0);
    }

    [Fact]
    public void A_slow_handler_does_not_hold_up_the_next_tick()
    {
        _binding.Start(RecordAsync);

        _clock.Advance(TimeSpan.FromMinutes(8));
        _clock.Advance(TimeSpan.FromMinutes(15));

        _work.Active.ShouldBe(2);
    }

    [Fact]
    public async Task After_a_stop_nothing_ticks()
    {
        _binding.Start(RecordAsync);
        await _binding.StopAsync(Cancellation);

        _clock.Advance(TimeSpan.FromHours(1));

        _work.Active.ShouldBe(0);
    }

    [Fact]
    public async Task A_schedule_further_than_any_timer_still_fires_on_time()
    {
        await using var yearly = new CronBinding(Specs.Of("bindings.cron", ("schedule", "@yearly")), _clock, _work);
        yearly.Start(RecordAsync);

        for (var day = 0; day < 305; day++)
            _clock.Advance(TimeSpan.FromDays(1));
        _work.Active.ShouldBe(0);
        _clock.Advance(TimeSpan.FromDays(1));

        _work.Active.ShouldBe(1);
        _release.SetResult();
    }

    private async Task RecordAsync(IReadOnlyDictionary<string, string> metadata, WorkUnit work)
    {
        await _release.Task;
        await _ticks.Writer.WriteAsync(metadata["readTimeUTC"]);
    }
}
