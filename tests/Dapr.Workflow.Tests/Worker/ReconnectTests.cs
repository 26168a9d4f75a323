using Dapr.Workflow.Tests.Support;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Worker;

public sealed class ReconnectTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_ends_before_any_work_is_opened_again(bool broken)
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await StartEcho(sidecar);

        var first = await sidecar.Hub.NextStream();
        if (broken)
            first.Break();
        else
            first.End();
        var second = await sidecar.Hub.NextStream();

        second.Send(WorkerHost.FirstTurn("Echo", "order-17", "5"));
        (await sidecar.Hub.NextTurn()).Actions[0].CompleteWorkflow.Result.ShouldBe("5");
    }

    [Fact]
    public async Task A_stream_that_breaks_after_an_answered_turn_and_after_an_answered_activity_is_opened_again()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await StartEcho(sidecar);

        var stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.FirstTurn("Echo", "order-17", "5"));
        await sidecar.Hub.NextTurn();
        stream.Break();
        stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.Activity("Echo", 0, input: "6"));
        await sidecar.Hub.NextActivity();
        stream.Break();

        stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.Activity("Echo", 1, input: "7"));
        (await sidecar.Hub.NextActivity()).Result.ShouldBe("7");
    }

    [Fact]
    public async Task Delays_between_attempts_double_from_half_a_second_to_five_and_begin_again_after_work_came()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await StartEcho(sidecar);

        for (var attempt = 0; attempt < 6; attempt++)
            (await sidecar.Hub.NextStream()).Break();
        var stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.Activity("Echo", input: "6"));
        await sidecar.Hub.NextActivity();
        stream.Break();
        await sidecar.Hub.NextStream();

        host.Time.Delays.Select(delay => delay.TotalSeconds).ShouldBe([0.5, 1, 2, 4, 5, 5, 0.5]);
    }

    [Fact]
    public async Task A_stream_that_was_up_for_long_is_reopened_quickly_although_no_work_came()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await StartEcho(sidecar);

        for (var attempt = 0; attempt < 3; attempt++)
            (await sidecar.Hub.NextStream()).Break();
        var stream = await sidecar.Hub.NextStream();
        host.Time.Passed = TimeSpan.FromMinutes(1);
        stream.Break();
        await sidecar.Hub.NextStream();

        host.Time.Delays.Select(delay => delay.TotalSeconds).ShouldBe([0.5, 1, 2, 0.5]);
    }

    [Fact]
    public async Task An_activity_caught_by_a_break_answers_nothing_and_its_redelivery_does()
    {
        var runs = 0;
        var begun = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(sidecar.Endpoint, options => options.RegisterActivity<int, string>("Work", async (_, _) =>
        {
            if (Interlocked.Increment(ref runs) == 2)
                return "second";
            begun.SetResult();
            await release.Task;
            ended.SetResult();
            return "first";
        }));
        var stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.Activity("Work", input: "1"));
        await begun.Task;

        stream.Break();
        stream = await sidecar.Hub.NextStream();
        release.SetResult();
        await ended.Task;
        stream.Send(WorkerHost.Activity("Work", input: "1"));

        (await sidecar.Hub.NextActivity()).Result.ShouldBe("\"second\"");
        await host.Host.StopAsync(TestContext.Current.CancellationToken);
        sidecar.Hub.HasMoreActivities.ShouldBeFalse();
    }

    [Fact]
    public async Task An_answer_that_cannot_be_delivered_is_sent_again_unchanged_and_never_as_a_failure()
    {
        var refusals = 3;
        await using var sidecar = await FakeSidecar.Start();
        sidecar.Hub.OnCompletion = _ => Interlocked.Decrement(ref refusals) >= 0
            ? throw new RpcException(new Status(StatusCode.Unavailable, "try later"))
            : Task.CompletedTask;
        var runs = 0;
        await using var host = await WorkerHost.Start(
            sidecar.Endpoint, options => options.RegisterActivity<int, int>("Work", (_, n) => Task.FromResult(n + Interlocked.Increment(ref runs))));
        var stream = await sidecar.Hub.NextStream();

        stream.Send(WorkerHost.Activity("Work", input: "10"));
        var response = await sidecar.Hub.NextActivity();

        response.Result.ShouldBe("11");
        response.FailureDetails.ShouldBeNull();
        runs.ShouldBe(1);
        host.Time.Delays.Select(delay => delay.TotalMilliseconds).ShouldBe([100, 200, 400]);
    }

    [Fact]
    public async Task An_answer_is_not_sent_again_once_a_newer_turn_shows_that_it_arrived()
    {
        // The acknowledgement of the first answer is lost; a repeat would answer the second turn with the first one's actions.
        var calls = 0;
        var refused = new TaskCompletionSource();
        var lose = new TaskCompletionSource();
        await using var sidecar = await FakeSidecar.Start();
        sidecar.Hub.OnCompletion = async _ =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                refused.SetResult();
                await lose.Task;
                throw new RpcException(new Status(StatusCode.Unavailable, "answer lost"));
            }
        };
        await using var host = await StartEcho(sidecar);
        var stream = await sidecar.Hub.NextStream();

        stream.Send(WorkerHost.FirstTurn("Echo", "order-17", "1"));
        await refused.Task;
        stream.Send(WorkerHost.FirstTurn("Echo", "order-17", "2"));
        (await sidecar.Hub.NextTurn()).Actions[0].CompleteWorkflow.Result.ShouldBe("2");
        lose.SetResult();

        await host.Host.StopAsync(TestContext.Current.CancellationToken);
        calls.ShouldBe(2);
    }

    private static Task<WorkerHost> StartEcho(FakeSidecar sidecar) => WorkerHost.Start(sidecar.Endpoint, options =>
    {
        options.RegisterWorkflow<int, int>("Echo", (_, n) => Task.FromResult(n));
        options.RegisterActivity<int, int>("Echo", (_, n) => Task.FromResult(n));
    });
}
