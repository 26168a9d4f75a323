using System.Diagnostics;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>What sleeping workflows cost the sidecar, and how punctually they wake.</summary>
internal static class SleepingFigures
{
    private const int WarmUp = 500;
    private const int Waking = 1_000;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WakeLimit = TimeSpan.FromMinutes(2);

    public static async Task MeasureAsync(BenchRun run)
    {
        var sleeping = run.Options.Sleeping;
        await using var sidecar = await SidecarSystem.StartAsync(appPort: null, run.Cancellation);
        await using var app = await WorkflowApp.StartAsync(sidecar.GrpcEndpoint, run.Cancellation);
        await app.RunNoOpsAsync(WarmUp, run.Cancellation);
        await sidecar.RestartAsync(run.Cancellation);
        await app.ReconnectedAsync(run.Cancellation);
        var sleeper = await app.StartSleeperAsync(BenchRun.Now.AddDays(1), run.Cancellation);
        await run.PauseAsync(Settle);
        var empty = sidecar.Process.ResidentBytes;

        var started = await app.StartSleepersAsync(sleeping, _ => BenchRun.Now.AddDays(1), run.Cancellation);
        run.Table.Add("workflows put to sleep", Shown.Rate(started.PerSecond), how: $"{Shown.Count(sleeping)} by {WorkflowApp.Callers} callers, {WarmUp} others before");
        var afterStarting = sidecar.Process.ResidentBytes;

        var stopping = Stopwatch.GetTimestamp();
        await sidecar.RestartAsync(run.Cancellation);
        await sidecar.KnowsAsync(sleeper, run.Cancellation);
        var restart = Stopwatch.GetElapsedTime(stopping);
        run.Table.Add(
            $"restart with {Shown.Count(sleeping)} asleep", Shown.Seconds(restart), how: "from the request to stop to the first answer about a sleeper");

        await app.ReconnectedAsync(run.Cancellation);
        await run.PauseAsync(Settle);
        var full = sidecar.Process.ResidentBytes;
        run.Table.Add(
            $"memory of {Shown.Count(sleeping)} sleepers",
            $"{Shown.Mebibytes(full - empty)}",
            how: $"resident {Shown.Mebibytes(empty)} without, {Shown.Mebibytes(full)} with them after a restart; {Shown.Mebibytes(afterStarting)} right after starting them");

        await WakeAsync(app, run);
        run.Table.Add(
            $"lateness of {Shown.Count(Waking)} waking in one second",
            $"{Shown.Spread(app.Lateness)}, {(app.Lateness.Least < TimeSpan.Zero ? "some early" : "none early")}",
            how: $"evenly over the second, {Shown.Count(sleeping)} others asleep, {WarmUp} woken before");
    }

    private static async Task WakeAsync(WorkflowApp app, BenchRun run)
    {
        await WakeAsync(app, WarmUp, run);
        app.Lateness.Clear();
        await WakeAsync(app, Waking, run);
    }

    private static async Task WakeAsync(WorkflowApp app, int count, BenchRun run)
    {
        var first = BenchRun.Now.AddSeconds(15);
        await app.StartSleepersAsync(count, number => first.AddSeconds(number / (double)count), run.Cancellation);
        if (BenchRun.Now > first)
            throw new InvalidOperationException("Starting took so long that workflows were due before all were asleep.");
        var began = Stopwatch.GetTimestamp();
        while (app.Lateness.Count < count)
        {
            if (Stopwatch.GetElapsedTime(began) > WakeLimit)
                throw new TimeoutException($"Only {app.Lateness.Count} of {count} workflows woke.");
            await run.PauseAsync(TimeSpan.FromMilliseconds(200));
        }
    }
}
