using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class Timers(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<TimeSpan, TimeSpan>("sleep", async (context, delay) =>
        {
            var start = context.CurrentUtcDateTime;
            await context.CreateTimer(delay);
            return context.CurrentUtcDateTime - start;
        });
        options.RegisterWorkflow<string, List<int>>("three-timers", async (context, _) =>
        {
            var fired = new List<int>();
            await Task.WhenAll(FireAsync(900), FireAsync(300), FireAsync(600));
            return fired;

            async Task FireAsync(int milliseconds)
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(milliseconds));
                fired.Add(milliseconds);
            }
        });
        options.RegisterWorkflow<string, string>("cancelled-timer", async (context, _) =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            // CancelAsync would leave the workflow's own thread.
            cancellation.Cancel();
            try
            {
                await timer;
                return "fired";
            }
            catch (OperationCanceledException)
            {
                return "cancelled";
            }
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    [InlineData(1)]
    public async Task A_timer_fires_at_its_time_and_at_once_when_that_has_passed(int seconds)
    {
        await StartAsync("sleep", TimeSpan.FromSeconds(seconds));

        var slept = await OutputAsync<TimeSpan>();

        slept.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(seconds));
        slept.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_times()
    {
        await StartAsync("three-timers");

        (await OutputAsync<List<int>>()).ShouldBe([300, 600, 900]);
    }

    [Fact]
    public async Task A_cancelled_timer_does_not_hold_up_the_end()
    {
        await StartAsync("cancelled-timer");

        (await OutputAsync<string>()).ShouldBe("cancelled");
    }
}
