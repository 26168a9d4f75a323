using Dapr.Workflow;
using Grpc.Core;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

public sealed class ExternalEvents(SidecarFixture sidecar) : WorkflowTests(sidecar)
{
    internal static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<int, string[]>("collect", async (context, count) =>
        {
            var collected = new string[count];
            for (var index = 0; index < count; index++)
                collected[index] = await context.WaitForExternalEventAsync<string>("item");
            return collected;
        });
        options.RegisterWorkflow<string, string[]>("two-names", async (context, _) =>
        {
            // Raised the other way round: the second waits in the buffer.
            var first = await context.WaitForExternalEventAsync<string>("first");
            return [first, await context.WaitForExternalEventAsync<string>("second")];
        });
        options.RegisterWorkflow<TimeSpan, string>("wait-at-most", async (context, timeout) =>
        {
            try
            {
                return await context.WaitForExternalEventAsync<string>("item", timeout);
            }
            catch (TaskCanceledException)
            {
                return "nothing came";
            }
        });
        options.RegisterWorkflow<string, string>("late", async (context, _) =>
        {
            try
            {
                await context.WaitForExternalEventAsync<string>("item", TimeSpan.FromMilliseconds(200));
            }
            catch (TaskCanceledException)
            {
                context.SetCustomStatus("timed out");
            }

            return await context.WaitForExternalEventAsync<string>("item");
        });
    }

    [Fact]
    public async Task Events_of_one_name_are_taken_in_the_order_they_were_raised()
    {
        await StartAsync("collect", 3);

        foreach (var item in (string[])["a", "b", "c"])
            await RaiseAsync("item", item);

        (await OutputAsync<string[]>()).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Names_are_compared_without_case()
    {
        await StartAsync("collect", 1);

        await RaiseAsync("ITEM", "loud");

        (await OutputAsync<string[]>()).ShouldBe(["loud"]);
    }

    [Fact]
    public async Task An_event_that_nobody_waits_for_yet_is_kept()
    {
        await StartAsync("two-names");

        await RaiseAsync("second", "2");
        await RaiseAsync("first", "1");

        (await OutputAsync<string[]>()).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task An_event_before_a_scheduled_start_is_kept()
    {
        await Client.ScheduleNewWorkflowAsync("collect", Id, 1, TimeProvider.System.GetUtcNow().AddSeconds(2), Cancellation);

        await RaiseAsync("item", "early");

        (await OutputAsync<string[]>()).ShouldBe(["early"]);
    }

    [Fact]
    public async Task A_wait_ends_when_its_time_is_up()
    {
        await StartAsync("wait-at-most", TimeSpan.FromMilliseconds(200));

        (await OutputAsync<string>()).ShouldBe("nothing came");
    }

    [Fact]
    public async Task An_event_in_time_ends_the_wait()
    {
        await StartAsync("wait-at-most", TimeSpan.FromMinutes(10));

        await RaiseAsync("item", "came");

        (await OutputAsync<string>()).ShouldBe("came");
    }

    [Fact]
    public async Task A_wait_without_a_limit_takes_an_event()
    {
        await StartAsync("wait-at-most", Timeout.InfiniteTimeSpan);

        await RaiseAsync("item", "came");

        (await OutputAsync<string>()).ShouldBe("came");
    }

    [Fact]
    public async Task A_late_event_goes_to_the_next_wait()
    {
        await StartAsync("late");
        await StateAsync(state => state.ReadCustomStatusAs<string>() == "timed out");

        await RaiseAsync("item", "late");

        (await OutputAsync<string>()).ShouldBe("late");
    }

    [Fact]
    public async Task An_event_without_a_payload_is_a_default()
    {
        await StartAsync("collect", 1);

        await RaiseAsync("item");

        (await OutputAsync<string[]>()).ShouldBe([null!]);
    }

    [Fact]
    public async Task Nobody_is_there_to_take_an_event()
    {
        var error = await Should.ThrowAsync<RpcException>(() => RaiseAsync("item"));

        error.Status.Detail.ShouldContain("no such instance exists");
    }

    [Fact]
    public async Task A_finished_workflow_ignores_events()
    {
        await StartAsync("collect", 0);
        await EndAsync();

        await RaiseAsync("item", "too late");

        (await OutputAsync<string[]>()).ShouldBeEmpty();
    }
}
