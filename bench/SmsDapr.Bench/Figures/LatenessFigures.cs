using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>Texts that fall due steadily while many others wait for tomorrow; memory and idle CPU with those that wait.</summary>
internal static class LatenessFigures
{
    private const int PerSecond = 20;
    private const int Due = PerSecond * 30;
    private const int WarmUp = PerSecond * 5;
    private const int UsersOfWaiting = 1_000;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterTheLast = TimeSpan.FromSeconds(10);

    public static async Task MeasureAsync(BenchRun run)
    {
        var waiting = run.Options.Waiting;
        await using var system = await LocalSystem.StartAsync(providerDelay: null, run.Cancellation);
        await system.Api.AddUsersAsync(Math.Max(UsersOfWaiting, WarmUp + Due), run.Cancellation);
        await system.RestartAsync(run.Cancellation);
        await run.PauseAsync(Settle);
        var empty = system.Process.ResidentBytes;

        await system.Api.ScheduleManyAsync(waiting, UsersOfWaiting, _ => BenchRun.Now.AddDays(1), run.Cancellation);
        var afterAccepting = system.Process.ResidentBytes;
        await system.RestartAsync(run.Cancellation);
        await run.PauseAsync(Settle);
        var full = system.Process.ResidentBytes;
        run.Table.Add(
            "memory per waiting text",
            $"{Shown.Kibibytes((full - empty) / (double)waiting)}",
            "≤ 0.5 KiB",
            $"resident {Shown.Mebibytes(empty)} without, {Shown.Mebibytes(full)} with {Shown.Count(waiting)}, each after a restart and {Settle.TotalSeconds} s; {Shown.Mebibytes(afterAccepting)} right after accepting them");

        var before = system.Process.CpuTime;
        await run.PauseAsync(Idle);
        run.Table.Add(
            "idle CPU",
            $"{(system.Process.CpuTime - before) / Idle * 100:0.0} % of a core",
            "< 2 %",
            $"{Idle.TotalSeconds} s with {Shown.Count(waiting)} waiting");

        var lateness = await FallDueAsync(system, run);
        run.Table.Add(
            $"lateness, {Shown.Count(waiting)} waiting",
            $"{Shown.Spread(lateness)}, {(lateness.Least < TimeSpan.Zero ? $"early by {Shown.Milliseconds(-lateness.Least)}" : "none early")}",
            "p99 < 50 ms, never early",
            $"{Due} at {PerSecond}/s, create call at the provider less send time, {WarmUp} before");
    }

    /// <summary>Every text goes to a phone of its own, which tells at the simulator which one it was.</summary>
    private static async Task<Latencies> FallDueAsync(LocalSystem system, BenchRun run)
    {
        var warmUp = await system.Api.ScheduleManyAsync(WarmUp, WarmUp, _ => BenchRun.Now, run.Cancellation);
        var first = BenchRun.Now + TimeSpan.FromSeconds(15) + 2 * (Due / warmUp.PerSecond * TimeSpan.FromSeconds(1));
        await ClosedLoop.RunAsync(16, Due, number => system.Api.ScheduleAsync(WarmUp + number, SendAt(number), run.Cancellation));
        if (BenchRun.Now > first)
            throw new InvalidOperationException("Accepting took so long that texts were due before all were accepted.");

        await run.PauseAsync(SendAt(Due) + AfterTheLast - BenchRun.Now);
        var calls = (await system.Simulator.RequestsAsync(run.Cancellation)).ToLookup(request => request.To);
        var lateness = new Latencies();
        for (var number = 0; number < Due; number++)
            lateness.Add(calls[MessageApi.PhoneOf(WarmUp + number)].Single().At - SendAt(number));
        return lateness;

        DateTimeOffset SendAt(int number) => first + (number / (double)PerSecond * TimeSpan.FromSeconds(1));
    }
}
