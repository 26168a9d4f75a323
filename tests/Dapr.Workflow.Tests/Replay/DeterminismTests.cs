using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Tests.Replay;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData("activity", "the history holds activity 'Old' with id 0, but the workflow code scheduled activity 'New' there")]
    [InlineData("timer", "the history holds activity 'Old' with id 0, but the workflow code scheduled a timer there")]
    [InlineData("event timer", "the history holds activity 'Old' with id 0, but the workflow code scheduled a timer for event 'tick' there")]
    [InlineData("child", "the history holds activity 'Old' with id 0, but the workflow code scheduled child workflow 'New' there")]
    [InlineData("nothing", "the history holds activity 'Old' with id 0, but the workflow code scheduled nothing there")]
    public void Code_that_does_not_do_what_the_history_says_fails_with_both_named(string now, string mismatch)
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            await (now switch
            {
                "activity" => context.CallActivityAsync("New"),
                "timer" => context.CreateTimer(TimeSpan.FromSeconds(1)),
                "event timer" => context.WaitForExternalEventAsync<int>("tick", TimeSpan.FromSeconds(1)),
                "child" => context.CallChildWorkflowAsync("New"),
                _ => context.WaitForExternalEventAsync<int>("tick"),
            });
            return "";
        });
        engine.History.Add(engine.At(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }));
        engine.History.Add(engine.Started());
        engine.History.Add(engine.At(new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "Old" } }));

        engine.Turn(engine.Completed(0));

        engine.EndedAs.ShouldBe(OrchestrationStatus.Failed);
        engine.Completion!.FailureDetails.ErrorType.ShouldBe("NonDeterministicWorkflow");
        engine.Completion.FailureDetails.ErrorMessage.ShouldContain(mismatch);
        engine.Completion.FailureDetails.IsNonRetriable.ShouldBeTrue();
    }

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
    public void A_foreign_task_that_ends_after_the_turn_runs_no_workflow_code_and_is_reported()
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

        engine.Begin();
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
    public void Yielding_stays_on_the_turn()
    {
        var engine = ScriptedEngine.For<int>(async context =>
        {
            await Task.Yield();
            return await context.CallActivityAsync<int>("First");
        });

        engine.Begin().Turn(engine.Completed(0, 4));

        engine.Output<int>().ShouldBe(4);
    }

    [Fact]
    public void Code_sees_itself_replaying_until_the_new_events_and_its_log_is_silent_meanwhile()
    {
        var log = new RecordingLoggers();
        var replaying = new List<bool>();
        var engine = new ScriptedEngine("Sample", new FunctionWorkflow<object?, int>(async (context, _) =>
        {
            var logger = context.CreateReplaySafeLogger("Sample");
            replaying.Add(context.IsReplaying);
            logger.Log(LogLevel.Information, default, "begin", null, static (text, _) => text);
            await context.CallActivityAsync("First");
            replaying.Add(context.IsReplaying);
            logger.Log(LogLevel.Information, default, "end", null, static (text, _) => text);
            return 1;
        }))
        { Loggers = log };

        engine.Begin().Turn(engine.Completed(0));

        replaying.ShouldBe([false, true, false]);
        log.Lines.ShouldBe(["begin", "end"]);
    }

    [Fact]
    public void A_patch_is_taken_by_executions_that_reach_it_first_and_stays_taken()
    {
        var engine = ScriptedEngine.For<bool>(async context =>
        {
            var patched = context.IsPatched("second-check");
            await context.CallActivityAsync(patched ? "New" : "Old");
            return patched && context.IsPatched("second-check");
        });

        engine.Begin();
        engine.Response.Version.Patches.ShouldBe(["second-check"]);
        engine.Actions[0].ScheduleTask.Name.ShouldBe("New");

        engine.Turn(engine.Completed(0)).Output<bool>().ShouldBeTrue();
    }

    [Fact]
    public void A_patch_is_passed_by_in_executions_that_were_there_before_it()
    {
        var engine = ScriptedEngine.For<string[]>(async context =>
        {
            var first = context.IsPatched("second-check");
            await context.CallActivityAsync(first ? "New" : "Old");
            return [first.ToString(), context.IsPatched("second-check").ToString()];
        });
        engine.History.Add(engine.At(new HistoryEvent { WorkflowStarted = new WorkflowStartedEvent() }));
        engine.History.Add(engine.Started());
        engine.History.Add(engine.At(new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "Old" } }));

        engine.Turn(engine.Completed(0));

        engine.Output<string[]>().ShouldBe(["False", "False"]);
        engine.Response.Version.ShouldBeNull();
    }

    private sealed class RecordingLoggers : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
