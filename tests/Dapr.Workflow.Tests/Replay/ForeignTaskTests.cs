using Dapr.Workflow.Replay;
using Dapr.Workflow.Tests.Support;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>Workflow code that awaits something which no engine can complete, and the awaits that only look like it.</summary>
public sealed class ForeignTaskTests
{
    [Fact]
    public void Code_that_waits_only_for_a_foreign_task_fails_instead_of_hanging()
    {
        var never = new TaskCompletionSource();
        var engine = ScriptedEngine.For<string>(async _ =>
        {
            await never.Task;
            return "";
        });

        engine.Begin();

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowAwaitedForeignTask");
    }

    [Fact]
    public void A_foreign_task_fails_the_workflow_at_once_and_runs_no_workflow_code_when_it_ends()
    {
        var foreign = new TaskCompletionSource();
        var escaped = false;
        var engine = ScriptedEngine.For<string>(async context =>
        {
            _ = context.CallActivityAsync("First");
            await foreign.Task;
            escaped = true;
            return "";
        });

        engine.Begin().Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowAwaitedForeignTask");
        foreign.SetResult();

        escaped.ShouldBeFalse();
        engine.ForeignTasks.ShouldBe(["Sample"]);
    }

    [Fact]
    public void Work_of_another_thread_that_ends_within_the_turn_fails_the_workflow()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            var foreign = new TaskCompletionSource();
            var waiting = Wait();
            var thread = new Thread(foreign.SetResult);
            thread.Start();
            thread.Join();
            await waiting;
            return "";

            async Task Wait()
            {
                await foreign.Task;
                await context.CallActivityAsync("First");
            }
        });

        engine.Begin();

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowAwaitedForeignTask");
    }

    [Fact]
    public void Code_that_configures_its_awaits_stays_on_the_turn()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            var first = await context.CallActivityAsync<int>("First").ConfigureAwait(false);
            await context.CreateTimer(TimeSpan.FromSeconds(first)).ConfigureAwait(false);
            await Task.WhenAny(context.WaitForExternalEventAsync<int>("tick"), context.CreateTimer(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            return first;
        });

        engine.Begin().Turn(engine.Completed(0, 4)).Turn(engine.Fired(1)).Turn(engine.Raised("tick"));

        engine.Output<int>().ShouldBe(4);
    }

    [Fact]
    public async Task Code_that_escaped_to_another_thread_cannot_use_the_context()
    {
        var foreign = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var escaped = new TaskCompletionSource<Exception>();
        var engine = ScriptedEngine.For<string>(async context =>
        {
            _ = context.CallActivityAsync("First");
            await foreign.Task.ConfigureAwait(false);
            try
            {
                await context.CallActivityAsync("Second");
            }
            catch (InvalidOperationException exception)
            {
                escaped.SetResult(exception);
            }

            return "";
        });

        engine.Begin().Actions.Count.ShouldBe(1);
        foreign.SetResult();

        (await escaped.Task).Message.ShouldContain("within its turn");
    }

    [Fact]
    public void A_foreign_task_is_noticed_while_a_timer_of_the_workflow_is_open()
    {
        var never = new TaskCompletionSource();
        var engine = ScriptedEngine.For<string>(async context =>
        {
            var open = context.CreateTimer(TimeSpan.FromHours(1));
            await never.Task;
            await open;
            return "";
        });

        engine.Begin();

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowAwaitedForeignTask");
        engine.Completion.FailureDetails.ErrorMessage.ShouldContain("Await only tasks of the WorkflowContext");
    }

    [Fact]
    public void A_foreign_task_is_noticed_after_losing_timers_of_a_race()
    {
        var never = new TaskCompletionSource();
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await Task.WhenAny(context.CreateTimer(TimeSpan.FromHours(1)), context.CreateTimer(TimeSpan.FromHours(2)), context.CallActivityAsync("First"));
            await never.Task.ConfigureAwait(false);
            return "";
        });

        engine.Begin().Completion.ShouldBeNull();
        engine.Turn(engine.Completed(2));

        engine.Completion!.FailureDetails.ErrorType.ShouldBe("WorkflowAwaitedForeignTask");
    }

    [Fact]
    public void A_task_of_the_workflows_own_that_depends_on_the_context_is_not_foreign()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            var gate = new SemaphoreSlim(1);
            var handedOver = new TaskCompletionSource<int>();
            _ = FirstAsync();
            await gate.WaitAsync();
            return await handedOver.Task;

            async Task FirstAsync()
            {
                await gate.WaitAsync();
                var first = await context.CallActivityAsync<int>("First");
                await context.CreateTimer(TimeSpan.FromMinutes(1));
                handedOver.SetResult(first);
                gate.Release();
            }
        });

        engine.Begin().Turn(engine.Completed(0, 7)).Turn(engine.Fired(1)).Output<int>().ShouldBe(7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Awaiting_the_cancellation_of_the_losing_wait_goes_on_within_the_turn(bool capturesNoContext)
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            var raised = context.WaitForExternalEventAsync<string>("go");
            if (await Task.WhenAny(timer, raised) == raised)
                await cancellation.CancelAsync().ConfigureAwait(!capturesNoContext);
            return capturesNoContext ? await raised : $"{await raised}, timer {timer.Status}";
        });

        engine.Begin().Turn(engine.Raised("go", "raised"));

        engine.Output<string>().ShouldBe(capturesNoContext ? "raised" : "raised, timer Canceled");
    }

    [Fact]
    public void What_follows_an_awaited_cancellation_is_asked_for_in_the_same_turn_and_replayed_in_the_same_order()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var wait = context.WaitForExternalEventAsync<string>("never", cancellation.Token);
            await context.CallActivityAsync("First");
            await cancellation.CancelAsync();
            await context.CallActivityAsync("Second");
            return wait.Status.ToString();
        });

        engine.Begin().Turn(engine.Completed(0)).Actions.Single().ScheduleTask.Name.ShouldBe("Second");
        engine.Turn(engine.Completed(1)).Output<string>().ShouldBe("Canceled");
    }

    [Fact]
    public void A_cancellation_that_nobody_awaits_takes_effect_before_the_next_event()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var wait = context.WaitForExternalEventAsync<string>("go", cancellation.Token);
            await context.CallActivityAsync("First");
            _ = cancellation.CancelAsync();
            await context.CallActivityAsync("Second");
            return wait.Status.ToString();
        });

        engine.Begin().Turn(engine.Completed(0)).Turn(engine.Raised("go", "late"), engine.Completed(1)).Output<string>().ShouldBe("Canceled");
    }

    [Fact]
    public async Task Whether_a_task_is_awaited_can_be_told_on_this_runtime()
    {
        var idle = new TaskCompletionSource();
        var awaited = new TaskCompletionSource();
        var lost = new TaskCompletionSource();
        var waiting = WaitAsync();
        await Task.WhenAny(lost.Task, Task.CompletedTask);

        (Awaits.IsAwaited(idle.Task), Awaits.IsAwaited(awaited.Task), Awaits.IsAwaited(lost.Task)).ShouldBe((false, true, false));

        awaited.SetResult();
        await waiting;
        Awaits.IsAwaited(awaited.Task).ShouldBeFalse();

        async Task WaitAsync() => await awaited.Task;
    }
}
