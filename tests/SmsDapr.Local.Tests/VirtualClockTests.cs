using SmsDapr.Local.Clock;

namespace SmsDapr.Local.Tests;

public sealed class VirtualClockTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 7, 21, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly WorkCounter _work = new();
    private readonly VirtualClock _clock;

    public VirtualClockTests() => _clock = new VirtualClock(Start, _work);

    public void Dispose() => _clock.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_due_times_each_at_its_own_time()
    {
        var fired = new List<(string Name, DateTimeOffset At)>();
        using var late = Timer("late", TimeSpan.FromHours(9), fired);
        using var early = Timer("early", TimeSpan.FromMinutes(1), fired);
        using var never = Timer("never", TimeSpan.FromHours(10), fired);

        var idle = await _clock.AdvanceAsync(Start.AddHours(9), Limit, Cancellation);

        idle.ShouldBeTrue();
        fired.ShouldBe([("early", Start.AddMinutes(1)), ("late", Start.AddHours(9))]);
        _clock.GetUtcNow().ShouldBe(Start.AddHours(9));
    }

    [Fact]
    public async Task A_timer_set_by_the_work_of_another_fires_in_its_place_on_the_way()
    {
        var fired = new List<(string Name, DateTimeOffset At)>();
        ITimer? second = null;
        using var third = Timer("third", TimeSpan.FromMinutes(3), fired);
        using var first = _clock.CreateTimer(
            _ => second = Timer("second", TimeSpan.FromMinutes(1), fired), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);

        await _clock.AdvanceAsync(Start.AddHours(1), Limit, Cancellation);

        fired.ShouldBe([("second", Start.AddMinutes(2)), ("third", Start.AddMinutes(3))]);
        second?.Dispose();
    }

    [Fact]
    public async Task The_next_timer_waits_until_the_work_that_the_last_one_started_is_done()
    {
        var order = new List<string>();
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        using var first = _clock.CreateTimer(_ => Work(), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        using var second = _clock.CreateTimer(_ => order.Add("second"), null, TimeSpan.FromMinutes(2), Timeout.InfiniteTimeSpan);

        var advance = _clock.AdvanceAsync(Start.AddHours(1), Limit, Cancellation);
        await started.Task;
        _clock.GetUtcNow().ShouldBe(Start.AddMinutes(1));
        order.ShouldBeEmpty();
        release.SetResult();
        (await advance).ShouldBeTrue();

        order.ShouldBe(["work", "second"]);

        async void Work()
        {
            using var unit = _work.Begin();
            started.SetResult();
            await release.Task;
            order.Add("work");
        }
    }

    [Fact]
    public async Task Work_that_does_not_end_gives_up_at_the_limit_and_the_clock_stands_where_it_got_to()
    {
        using var hanging = _clock.CreateTimer(_ => _work.Begin(), null, TimeSpan.FromMinutes(5), Timeout.InfiniteTimeSpan);

        var idle = await _clock.AdvanceAsync(Start.AddHours(1), TimeSpan.FromMilliseconds(50), Cancellation);

        idle.ShouldBeFalse();
        _clock.GetUtcNow().ShouldBe(Start.AddMinutes(5));
    }

    [Fact]
    public async Task A_timer_that_is_due_already_fires_though_nobody_moves_the_clock()
    {
        var fired = new TaskCompletionSource();
        using var due = _clock.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await fired.Task.WaitAsync(Limit, Cancellation);

        _clock.GetUtcNow().ShouldBe(Start);
    }

    [Fact]
    public async Task A_periodic_timer_fires_at_every_period_and_a_disposed_one_no_more()
    {
        var ticks = new List<DateTimeOffset>();
        var timer = _clock.CreateTimer(_ => ticks.Add(_clock.GetUtcNow()), null, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15));

        await _clock.AdvanceAsync(Start.AddMinutes(45), Limit, Cancellation);
        await timer.DisposeAsync();
        await _clock.AdvanceAsync(Start.AddMinutes(90), Limit, Cancellation);

        ticks.ShouldBe([Start.AddMinutes(15), Start.AddMinutes(30), Start.AddMinutes(45)]);
    }

    [Fact]
    public async Task The_clock_never_goes_back()
    {
        await _clock.AdvanceAsync(Start.AddDays(-1), Limit, Cancellation);

        _clock.GetUtcNow().ShouldBe(Start);
    }

    private ITimer Timer(string name, TimeSpan due, List<(string Name, DateTimeOffset At)> fired) =>
        _clock.CreateTimer(_ => fired.Add((name, _clock.GetUtcNow())), null, due, Timeout.InfiniteTimeSpan);
}
