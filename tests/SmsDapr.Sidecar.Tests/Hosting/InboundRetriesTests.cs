using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Tests.Hosting;

public sealed class InboundRetriesTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_policy_there_is_one_attempt()
    {
        var attempts = 0;

        var outcome = await Retries(null).RunAsync("pubsub", Unit(), _ => Count(ref attempts, DeliveryOutcome.Retry), Cancellation);

        outcome.ShouldBe(DeliveryOutcome.Retry);
        attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_policy_repeats_after_its_delay_until_its_count()
    {
        var attempts = 0;
        var policy = new RetryPolicy(false, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), 2);

        var work = new WorkCounter();
        var run = Retries(policy).RunAsync("pubsub", new WorkUnit(work), _ => Count(ref attempts, DeliveryOutcome.Retry), Cancellation);
        await work.WhenIdleAsync(Cancellation);
        attempts.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await work.WhenIdleAsync(Cancellation);
        attempts.ShouldBe(2);
        _clock.Advance(TimeSpan.FromSeconds(2));

        (await run).ShouldBe(DeliveryOutcome.Retry);
        attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_drop_is_not_repeated()
    {
        var attempts = 0;
        var policy = new RetryPolicy(true, TimeSpan.Zero, TimeSpan.FromSeconds(60), -1);

        (await Retries(policy).RunAsync("pubsub", Unit(), _ => Count(ref attempts, DeliveryOutcome.Drop), Cancellation)).ShouldBe(DeliveryOutcome.Drop);

        attempts.ShouldBe(1);
    }

    [Fact]
    public async Task While_a_retry_waits_for_the_clock_nothing_counts_as_work()
    {
        var work = new WorkCounter();
        using var unit = new WorkUnit(work);
        var attempts = 0;
        var answers = new TaskCompletionSource<DeliveryOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var policy = new RetryPolicy(false, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60), 1);

        var run = Retries(policy).RunAsync("pubsub", unit, _ => attempts++ == 0 ? Task.FromResult(DeliveryOutcome.Retry) : answers.Task, Cancellation);
        work.Active.ShouldBe(0);
        _clock.Advance(TimeSpan.FromSeconds(2));
        work.Active.ShouldBe(1);
        answers.SetResult(DeliveryOutcome.Success);

        (await run).ShouldBe(DeliveryOutcome.Success);
        unit.Dispose();
        work.Active.ShouldBe(0);
    }

    private static WorkUnit Unit() => new(new WorkCounter());

    private InboundRetries Retries(RetryPolicy? policy)
    {
        var retries = new Dictionary<string, RetryPolicy>();
        if (policy is not null)
            retries["pubsub"] = policy;
        return new InboundRetries(new ComponentRegistry { Resources = new Resources([], [], retries) }, _clock);
    }

    private static Task<DeliveryOutcome> Count(ref int attempts, DeliveryOutcome outcome)
    {
        attempts++;
        return Task.FromResult(outcome);
    }
}
