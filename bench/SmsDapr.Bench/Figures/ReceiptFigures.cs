using SmsDapr.Bench.Measuring;
using SmsDapr.Bench.Reporting;
using SmsDapr.Bench.Running;

namespace SmsDapr.Bench.Figures;

/// <summary>Signed status callbacks at a fixed rate. Each one moves its message on: «sent» to all, then «delivered» to all.</summary>
internal static class ReceiptFigures
{
    private const int Users = 200;
    private const int TextsEach = 25;
    private const int WarmUpEach = 10;
    private const int PerSecond = 400;

    private static readonly TimeSpan SendLimit = TimeSpan.FromMinutes(5);

    public static async Task MeasureAsync(BenchRun run)
    {
        await using var system = await LocalSystem.StartAsync(providerDelay: null, run.Cancellation);
        await system.Simulator.KeepReceiptsAsync(run.Cancellation);
        await system.Api.AddUsersAsync(Users, run.Cancellation);
        var began = BenchRun.Now;
        await system.Api.ScheduleManyAsync(Users * TextsEach, Users, _ => BenchRun.Now, run.Cancellation);
        var texts = (await system.Api.AwaitAsync(Users, TextsEach, "sent", began, SendLimit, run.Cancellation)).ToArray();
        // A user's texts follow each other in the list; receipts do not come user by user.
        texts = [.. texts.Select((text, place) => (text, turn: place % TextsEach)).OrderBy(entry => entry.turn).Select(entry => entry.text)];

        using var receipts = new SignedReceipts(system.ServiceUrl);
        await PostAsync(texts[..(Users * WarmUpEach)]);
        var measured = texts[(Users * WarmUpEach)..];
        var cpu = system.Process.CpuTime;
        var posted = await PostAsync(measured);
        cpu = system.Process.CpuTime - cpu;
        var count = posted.Latencies.Count;
        run.Table.Add(
            "receipts",
            $"{Shown.Spread(posted.Latencies)}, {Shown.CpuEach(cpu, count)}",
            "p99 < 25 ms at 400/s",
            $"{Shown.Count(count)} at {PerSecond}/s, open loop, every one changes its record; {Shown.Count(2 * Users * WarmUpEach)} before; generator late by {Shown.Spread(posted.Lags)}, included");

        Task<OpenLoop> PostAsync(SentText[] some) => OpenLoop.RunAsync(
            PerSecond,
            2 * some.Length,
            number => receipts.PostAsync(some[number % some.Length], number < some.Length ? "sent" : "delivered", run.Cancellation),
            run.Cancellation);
    }
}
