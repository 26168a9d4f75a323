using System.Diagnostics;

namespace SmsDapr.Bench.Measuring;

/// <summary>
/// Operations at fixed instants, whatever became of the ones before. Latency counts from the instant at which an operation
/// was meant to begin, so neither a slow system nor a late generator hides anything.
/// </summary>
internal static class OpenLoop
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static async Task<Latencies> RunAsync(double perSecond, int operations, Func<int, Task> operation, CancellationToken cancellation)
    {
        var latencies = new Latencies();
        var running = new List<Task>(operations);
        using var ticks = new PeriodicTimer(Tick, TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        while (running.Count < operations)
        {
            await ticks.WaitForNextTickAsync(cancellation);
            var elapsed = Stopwatch.GetElapsedTime(started);
            while (running.Count < operations && Intended(running.Count) <= elapsed)
            {
                var number = running.Count;
                running.Add(Task.Run(() => CallAsync(number), cancellation));
            }
        }

        await Task.WhenAll(running);
        return latencies;

        TimeSpan Intended(int number) => TimeSpan.FromSeconds(number / perSecond);

        async Task CallAsync(int number)
        {
            await operation(number);
            latencies.Add(Stopwatch.GetElapsedTime(started) - Intended(number));
        }
    }
}
