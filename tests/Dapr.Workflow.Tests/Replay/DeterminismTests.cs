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
    public void Every_answer_names_all_patches_from_the_beginning_or_the_engine_would_stall_the_instance()
    {
        var engine = ScriptedEngine.For<string>(async context =>
        {
            context.IsPatched("one");
            await context.CallActivityAsync("First");
            context.IsPatched("two");
            await context.CallActivityAsync("Second");
            await context.CallActivityAsync("Third");
            return "";
        });

        engine.Begin().Response.Version.Patches.ShouldBe(["one"]);
        engine.Turn(engine.Completed(0)).Response.Version.Patches.ShouldBe(["one", "two"]);
        engine.Turn(engine.Completed(1)).Response.Version.Patches.ShouldBe(["one", "two"]);
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
