using SmsDapr.Bench.Reporting;

namespace SmsDapr.Bench.Running;

/// <summary>What every measurement is given.</summary>
internal sealed record BenchRun(BenchOptions Options, FigureTable Table, CancellationToken Cancellation)
{
    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Progress, apart from the figures themselves.</summary>
    public static void Say(string line) => Console.Error.WriteLine(line);

    public Task PauseAsync(TimeSpan time) =>
        time > TimeSpan.Zero ? Task.Delay(time, TimeProvider.System, Cancellation) : Task.CompletedTask;
}
