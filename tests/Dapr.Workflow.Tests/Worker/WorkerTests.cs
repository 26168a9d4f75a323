using Dapr.Workflow.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Tests.Worker;

public sealed class WorkerTests
{
    [Fact]
    public async Task A_turn_is_answered_through_the_call_that_every_runtime_knows_with_its_token_echoed()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(
            sidecar.Endpoint, options => options.RegisterWorkflow<string, string>("Greet", (_, name) => Task.FromResult($"hello {name}")), token: "secret");
        var stream = await sidecar.Hub.NextStream();
        var item = WorkerHost.FirstTurn("greet", "order-17", "\"you\"");
        item.CompletionToken = "token-1";

        stream.Send(item);
        var response = await sidecar.Hub.NextTurn();

        response.InstanceId.ShouldBe("order-17");
        response.CompletionToken.ShouldBe("token-1");
        response.Actions.ShouldHaveSingleItem().CompleteWorkflow.Result.ShouldBe("\"hello you\"");
        stream.Token.ShouldBe("secret");
    }

    [Fact]
    public async Task An_activity_gets_its_input_and_identity_and_its_result_is_sent()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(
            sidecar.Endpoint,
            options => options.RegisterActivity<int, string>(
                "Describe", (context, input) => Task.FromResult($"{context.Identifier} {context.InstanceId} {context.TaskExecutionKey} {input}")));
        var stream = await sidecar.Hub.NextStream();

        stream.Send(WorkerHost.Activity("Describe", taskId: 3, input: "7"));
        var response = await sidecar.Hub.NextActivity();

        (response.InstanceId, response.TaskId, response.Result).ShouldBe(("order-17", 3, "\"Describe order-17 key-3 7\""));
        response.FailureDetails.ShouldBeNull();
    }

    [Fact]
    public async Task An_activity_that_throws_is_answered_with_the_exception()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(
            sidecar.Endpoint, options => options.RegisterActivity<int, string>("Send", (_, _) => throw new InvalidOperationException("broken")));
        var stream = await sidecar.Hub.NextStream();

        stream.Send(WorkerHost.Activity("Send", input: "1"));
        var response = await sidecar.Hub.NextActivity();

        response.FailureDetails.ErrorType.ShouldBe("System.InvalidOperationException");
        response.FailureDetails.ErrorMessage.ShouldBe("broken");
        response.FailureDetails.StackTrace.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task An_unknown_activity_is_answered_so_that_the_workflow_does_not_hang()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(sidecar.Endpoint, options => options.RegisterActivity<int, int>("Known", (_, n) => Task.FromResult(n)));
        var stream = await sidecar.Hub.NextStream();

        stream.Send(WorkerHost.Activity("Unknown"));

        (await sidecar.Hub.NextActivity()).FailureDetails.ErrorType.ShouldBe("ActivityNotFoundException");
    }

    [Fact]
    public async Task Every_work_item_has_a_service_scope_of_its_own()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(
            sidecar.Endpoint, options => options.RegisterActivity<ScopedActivity>(), services => services.AddScoped<Visit>());
        var stream = await sidecar.Hub.NextStream();

        stream.Send(WorkerHost.Activity(nameof(ScopedActivity), 0, input: "0"));
        stream.Send(WorkerHost.Activity(nameof(ScopedActivity), 1, input: "0"));
        string[] results = [(await sidecar.Hub.NextActivity()).Result, (await sidecar.Hub.NextActivity()).Result];

        results.ShouldBeUnique();
    }

    [Fact]
    public async Task An_app_that_registers_nothing_takes_no_work_away_from_those_that_do()
    {
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(sidecar.Endpoint, _ => { });

        await host.Host.StopAsync(TestContext.Current.CancellationToken);

        sidecar.Hub.Opened.ShouldBe(0);
    }

    [Fact]
    public async Task No_more_activities_run_at_a_time_than_the_limit_says()
    {
        using var running = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        var now = 0;
        var most = 0;
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(sidecar.Endpoint, options =>
        {
            options.MaxConcurrentActivities = 2;
            options.RegisterActivity<int, int>("Work", async (_, n) =>
            {
                var current = Interlocked.Increment(ref now);
                InterlockedMax(ref most, current);
                running.Release();
                await gate.WaitAsync();
                Interlocked.Decrement(ref now);
                return n;
            });
            options.RegisterWorkflow<int, int>("Echo", (_, n) => Task.FromResult(n));
        });
        var stream = await sidecar.Hub.NextStream();

        for (var n = 0; n < 6; n++)
            stream.Send(WorkerHost.Activity("Work", n, input: "1"));
        await running.WaitAsync(TestContext.Current.CancellationToken);
        await running.WaitAsync(TestContext.Current.CancellationToken);
        stream.Send(WorkerHost.FirstTurn("Echo", "other", "1"));
        await sidecar.Hub.NextTurn();
        gate.Release(6);
        for (var n = 0; n < 6; n++)
            await sidecar.Hub.NextActivity();

        most.ShouldBe(2);
    }

    [Fact]
    public async Task Stopping_lets_begun_work_finish_and_begins_no_more()
    {
        var begun = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(sidecar.Endpoint, options => options.RegisterActivity<int, int>("Work", async (_, n) =>
        {
            begun.TrySetResult();
            await release.Task;
            return n;
        }));
        var stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.Activity("Work", 1, input: "1"));
        await begun.Task;

        var stopping = host.Host.StopAsync(TestContext.Current.CancellationToken);
        stream.Closed.Task.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stopping;

        (await sidecar.Hub.NextActivity()).TaskId.ShouldBe(1);
        await stream.Closed.Task;
    }

    [Fact]
    public async Task Stopping_does_not_wait_longer_than_the_host_does()
    {
        var begun = new TaskCompletionSource();
        var never = new TaskCompletionSource<int>();
        await using var sidecar = await FakeSidecar.Start();
        await using var host = await WorkerHost.Start(sidecar.Endpoint, options => options.RegisterActivity<int, int>("Work", (_, _) =>
        {
            begun.TrySetResult();
            return never.Task;
        }));
        var stream = await sidecar.Hub.NextStream();
        stream.Send(WorkerHost.Activity("Work", input: "1"));
        await begun.Task;

        await host.Host.StopAsync(new CancellationToken(canceled: true));

        await stream.Closed.Task;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private sealed class Visit
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    private sealed class ScopedActivity(Visit visit) : WorkflowActivity<int, Guid>
    {
        public override Task<Guid> RunAsync(WorkflowActivityContext context, int input) => Task.FromResult(visit.Id);
    }
}
