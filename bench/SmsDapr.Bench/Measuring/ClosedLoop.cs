using System.Diagnostics;

namespace SmsDapr.Bench.Measuring;

/// <summary>Operations of callers that each begin the next one when the last has ended.</summary>
internal sealed record ClosedLoop(int Operations, TimeSpan Elapsed, Latencies Latencies)
{
    public double PerSecond => Operations / Elapsed.TotalSeconds;

    /// <param name="callers">How many at a time.</param>
    /// <param name="operations">How many in all.</param>
    /// <param name="operation">Gets the number of the operation, counted from 0.</param>
    public static async Task<ClosedLoop> RunAsync(int callers, int operations, Func<int, Task> operation)
    {
        var latencies = new Latencies();
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
        return new ClosedLoop(operations, Stopwatch.GetElapsedTime(started), latencies);

        async Task CallAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number < operations)
            {
                var began = Stopwatch.GetTimestamp();
                await operation(number);
                latencies.Add(Stopwatch.GetElapsedTime(began));
            }
        }
    }
}
