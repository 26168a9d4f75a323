using System.Diagnostics;

namespace SmsDapr.Bench.Measuring;

/// <summary>
/// Operations at fixed instants, whatever became of the ones before. Latency counts from the instant at which an operation
/// was meant to begin, so neither a slow system nor a late generator hides anything.
/// </summary>
/// <param name="Latencies">From the intended start to the end.</param>
/// <param name="Lags">From the intended start to the real one: the generator's part of the latency.</param>
internal sealed record OpenLoop(Latencies Latencies, Latencies Lags)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static async Task<OpenLoop> RunAsync(double perSecond, int operations, Func<int, Task> operation, CancellationToken cancellation)
    {
        var loop = new OpenLoop(new Latencies(), new Latencies());
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
        return loop;

        TimeSpan Intended(int number) => TimeSpan.FromSeconds(number / perSecond);

        async Task CallAsync(int number)
        {
            loop.Lags.Add(Stopwatch.GetElapsedTime(started) - Intended(number));
            await operation(number);
            loop.Latencies.Add(Stopwatch.GetElapsedTime(started) - Intended(number));
        }
    }
}
