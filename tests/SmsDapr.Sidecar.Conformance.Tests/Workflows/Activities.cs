using System.Collections.Concurrent;
using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class Activities(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    private static readonly WorkflowTaskOptions ThreeAttempts = new(new WorkflowRetryPolicy(3, TimeSpan.FromMilliseconds(100), backoffCoefficient: 2));
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Attempts = new();

    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterActivity<string, string>("greet", (_, name) => Task.FromResult($"hello {name}"));
        options.RegisterActivity<int, int>("add-one", (_, number) => Task.FromResult(number + 1));
        options.RegisterActivity<string?, string?>("nothing", (_, input) => Task.FromResult(input));
        options.RegisterActivity<string, string>("break", (_, reason) => throw new FormatException(reason));
        options.RegisterActivity<int, string>("break-until", (context, successfulAttempt) =>
        {
            var attempts = Attempts.GetOrAdd(context.InstanceId, static _ => []);
            attempts.Enqueue(context.TaskExecutionKey);
            return attempts.Count < successfulAttempt ? throw new FormatException("not yet") : Task.FromResult("at last");
        });
        options.RegisterWorkflow<string, string>("greeting", (context, name) => context.CallActivityAsync<string>("greet", name));
        options.RegisterWorkflow<string, string?>("null-both-ways", (context, _) => context.CallActivityAsync<string?>("nothing"));
        options.RegisterWorkflow<int, int>("chain", async (context, length) =>
        {
            var number = 0;
            while (number < length)
                number = await context.CallActivityAsync<int>("add-one", number);
            return number;
        });
        options.RegisterWorkflow<int, int[]>("fan-out", (context, width) =>
            Task.WhenAll(Enumerable.Range(0, width).Select(number => context.CallActivityAsync<int>("add-one", number))));
        options.RegisterWorkflow<string, string>("catch", async (context, reason) =>
        {
            try
            {
                return await context.CallActivityAsync<string>("break", reason);
            }
            catch (WorkflowTaskFailedException failure)
            {
                return $"{failure.FailureDetails.ErrorMessage} {failure.FailureDetails.IsCausedBy<FormatException>()}";
            }
        });
        options.RegisterWorkflow<string, string>("unknown-activity", (context, _) => context.CallActivityAsync<string>("no-such-activity"));
        options.RegisterWorkflow<int, string>("retry", (context, successfulAttempt) =>
            context.CallActivityAsync<string>("break-until", successfulAttempt, ThreeAttempts));
    }

    [Fact]
    public async Task An_activity_gets_its_input_and_gives_its_result()
    {
        await StartAsync("greeting", "Ada");

        (await OutputAsync<string>()).ShouldBe("hello Ada");
    }

    [Fact]
    public async Task Nothing_goes_in_and_comes_out()
    {
        await StartAsync("null-both-ways");

        (await OutputAsync<string>()).ShouldBeNull();
    }

    [Fact]
    public async Task One_after_another_each_sees_the_result_before()
    {
        await StartAsync("chain", 10);

        (await OutputAsync<int>()).ShouldBe(10);
    }

    [Fact]
    public async Task Side_by_side_results_keep_their_order()
    {
        await StartAsync("fan-out", 30);

        (await OutputAsync<int[]>()).ShouldBe(Enumerable.Range(1, 30));
    }

    [Fact]
    public async Task A_failure_reaches_the_workflow_with_type_and_message()
    {
        await StartAsync("catch", "bad format");

        (await OutputAsync<string>()).ShouldBe("bad format True");
    }

    [Fact]
    public async Task A_name_that_no_worker_knows_is_a_failure()
    {
        await StartAsync("unknown-activity");

        (await EndAsync()).RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
    }

    [Fact]
    public async Task It_is_tried_again_as_often_as_its_policy_says_each_time_under_another_key()
    {
        await StartAsync("retry", 3);

        (await OutputAsync<string>()).ShouldBe("at last");
        Attempts[Id].Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task After_the_last_attempt_the_failure_stands()
    {
        await StartAsync("retry", 4);

        var end = await EndAsync();

        end.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Failed);
        end.FailureDetails!.ErrorMessage.ShouldContain("not yet");
        Attempts[Id].Count.ShouldBeGreaterThanOrEqualTo(3);
    }
}
