using System.CommandLine;
using SmsDapr.Bench.Figures;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench;

internal static class BenchCommand
{
    private const string All = "all";

    private static readonly (string Name, Func<BenchRun, Task> MeasureAsync)[] Figures =
    [
        ("decisions", DecisionFigures.MeasureAsync),
        ("state", StateFigures.MeasureAsync),
        ("pubsub", PubSubFigures.MeasureAsync),
        ("workflows", WorkflowFigures.MeasureAsync),
        ("accept", AcceptFigures.MeasureAsync),
        ("receipts", ReceiptFigures.MeasureAsync),
        ("messages", MessageFigures.MeasureAsync),
        ("lateness", LatenessFigures.MeasureAsync),
        ("sleeping", SleepingFigures.MeasureAsync),
    ];

    public static RootCommand Create()
    {
        var which = new Argument<string[]>("figures") { Description = "What to measure", DefaultValueFactory = _ => [All] };
        which.AcceptOnlyFromAmong([All, .. Figures.Select(figure => figure.Name)]);
        var instances = new Option<int[]>("--instances")
        {
            Description = "workflows: sleeping instances in the store; may be repeated",
            DefaultValueFactory = _ => [1_000, 100_000],
        };
        var messages = Count("--messages", 2_000, "messages: texts due at one instant");
        var waiting = Count("--waiting", 10_000, "lateness: texts waiting for tomorrow; memory per text and idle CPU are measured with them");
        var sleeping = Count("--sleeping", 100_000, "sleeping: workflows asleep");

        var command = new RootCommand("Measures SmsDapr on this machine and prints the figures beside their budgets.") { which, instances, messages, waiting, sleeping };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(which),
            new BenchOptions
            {
                Instances = [.. parsed.GetRequiredValue(instances).Order()],
                Messages = parsed.GetValue(messages),
                Waiting = parsed.GetValue(waiting),
                Sleeping = parsed.GetValue(sleeping),
            },
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] which, BenchOptions options, CancellationToken cancellation)
    {
        var table = new FigureTable();
        var run = new BenchRun(options, table, cancellation);
        Console.WriteLine(MachineFacts.Describe());
        var failed = !await MeasureAsync("machine", MachineFigures.MeasureAsync, run);
        foreach (var (name, measureAsync) in Figures.Where(figure => which.Contains(All) || which.Contains(figure.Name)))
            failed |= !await MeasureAsync(name, measureAsync, run);
        Console.WriteLine(table);
        return failed ? 1 : 0;
    }

    /// <summary>A run that breaks off is a line in the table, and the others go on.</summary>
    private static async Task<bool> MeasureAsync(string name, Func<BenchRun, Task> measureAsync, BenchRun run)
    {
        try
        {
            BenchRun.Say($"{name} …");
            await measureAsync(run);
            return true;
        }
        catch (Exception failure) when (!run.Cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(failure.ToString());
            run.Table.Add(name, $"broke off: {failure.GetType().Name}");
            return false;
        }
    }

    private static Option<int> Count(string name, int standard, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} must be at least 1");
        });
        return option;
    }
}
