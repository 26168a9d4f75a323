using CsCheck;
using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>Whatever the order of events, answers, lost workers, restarts and time: a workflow ends once, with the right output.</summary>
public sealed class InterleavingTests
{
    private const int Workflows = 3;
    private const int Events = 3;

    private enum Step
    {
        Raise,
        AnswerOldest,
        AnswerNewest,
        AnswerAgain,
        LoseWorker,
        Restart,
        Advance,
    }

    /// <summary>Restarting a server takes a while, so it comes less often than the rest.</summary>
    private static readonly Gen<Step[]> Steps = Gen.Frequency(
        (1, Gen.Const(Step.Restart)),
        (2, Gen.Const(Step.LoseWorker)),
        (2, Gen.Const(Step.Advance)),
        (10, Gen.Int[(int)Step.Raise, (int)Step.AnswerAgain].Select(step => (Step)step))).Array[15, 40];

    [Fact]
    public void Every_interleaving_ends_each_workflow_once_with_its_output() =>
        Steps.Sample(steps => RunAsync(steps).GetAwaiter().GetResult(), iter: 10, threads: 1);

    private static async Task RunAsync(Step[] steps)
    {
        await using var run = await Run.StartAsync();
        foreach (var step in steps)
            await run.DoAsync(step);
        await run.FinishAsync();
    }

    /// <summary>Rounds: an activity and a child for each, a continue-as-new in between; then all events, then the end.</summary>
    private static IEnumerable<WorkflowAction> Decide(History history)
    {
        if (history.Start.Name == "child")
            return history.Fired(0) ? [Do.Complete(history.Start.Input)] : history.IsFirstTurn ? [Do.Timer(0, EngineHost.Noon.UtcDateTime.AddMinutes(1))] : [];
        if (history.IsFirstTurn && history.Start.Input is "1" or "2")
            return [Do.Activity(0, "work", history.Start.Input), Do.Child(1, "child", $"{history.InstanceId}-{history.Start.Input}", history.Start.Input)];
        var raised = history.All.Where(e => e.EventRaised is not null).ToList();
        var done = history.Results is [var result] && history.Completed(1) is { } child ? $"{result}{child.Result}" : null;
        return (history.Start.Input, done) switch
        {
            ("1", "11") => [Do.ContinueAsNew("2", raised)],
            ("2", "22") when raised.Count >= Events => [Do.Complete(string.Concat(raised.Select(e => e.EventRaised.Input)))],
            _ => [],
        };
    }

    private sealed class Run : IAsyncDisposable
    {
        private static readonly Script Held = new() { Workflow = Decide, Answers = _ => false };

        private readonly EngineHost _host;
        private readonly List<WorkItem> _answered = [];
        private readonly HashSet<WorkItem> _taken = new(ReferenceEqualityComparer.Instance);
        private readonly int[] _raised = new int[Workflows];
        private readonly List<Task> _starts = [];
        private ScriptedWorker? _worker;
        private int _turn;

        private Run(EngineHost host) => _host = host;

        public static async Task<Run> StartAsync()
        {
            var run = new Run(await EngineHost.StartAsync());
            run._worker = await run._host.ConnectAsync(Held);
            for (var n = 0; n < Workflows; n++)
                run._starts.Add(run._host.Engine.StartInstanceAsync(new CreateInstanceRequest { InstanceId = $"w{n}", Name = "parent", Input = "1" }, awaitFirstTurn: false, default));
            await Task.WhenAll(run._starts);
            return run;
        }

        public async Task DoAsync(Step step)
        {
            var open = _worker!.Received.Where(item => !_taken.Contains(item)).ToList();
            switch (step)
            {
                case Step.Raise:
                    var target = _turn++ % Workflows;
                    if (_raised[target] < Events)
                        await _host.Hub.RaiseAsync($"w{target}", "go", $"{_raised[target]++}");
                    break;
                case Step.AnswerOldest when open.Count > 0:
                    await AnswerAsync(open[0]);
                    break;
                case Step.AnswerNewest when open.Count > 0:
                    await AnswerAsync(open[^1]);
                    break;
                case Step.AnswerAgain when _answered.Count > 0:
                    await AnswerAsync(_answered[_turn++ % _answered.Count]);
                    break;
                case Step.LoseWorker:
                    await _worker.DisposeAsync();
                    _worker = await _host.ConnectAsync(Held);
                    break;
                case Step.Restart:
                    await _host.RestartAsync();
                    _worker = await _host.ConnectAsync(Held);
                    break;
                case Step.Advance:
                    _host.Clock.Advance(TimeSpan.FromSeconds(20));
                    break;
            }
        }

        public async Task FinishAsync()
        {
            for (var n = 0; n < Workflows; n++)
            {
                while (_raised[n] < Events)
                    await _host.Hub.RaiseAsync($"w{n}", "go", $"{_raised[n]++}");
            }

            await _worker!.DisposeAsync();
            _worker = await _host.ConnectAsync(new Script { Workflow = Decide });
            await _host.Work.IdleAsync();
            await _host.AdvanceAsync(TimeSpan.FromMinutes(2));
            await _host.AdvanceAsync(TimeSpan.FromMinutes(2));
            for (var n = 0; n < Workflows; n++)
            {
                var state = (await _host.Hub.GetAsync($"w{n}")).WorkflowState;
                (state.WorkflowStatus, state.Output).ShouldBe((OrchestrationStatus.Completed, "012"));
                (await _host.Hub.HistoryAsync($"w{n}")).Count(e => e.ExecutionCompleted is not null).ShouldBe(1);
            }

            _host.Work.Open.ShouldBe(0);
        }

        public ValueTask DisposeAsync() => _host.DisposeAsync();

        private async Task AnswerAsync(WorkItem item)
        {
            _taken.Add(item);
            _answered.Add(item);
            if (item.WorkflowRequest is not null)
                await _host.Hub.CompleteTurnAsync(ScriptedWorker.Answer(Held, item));
            else
                await _host.Hub.CompleteActivityAsync(ScriptedWorker.Result(item, item.ActivityRequest.Input));
        }
    }
}
