namespace Dapr.Workflow;

/// <summary>Bounded fan-out in workflow code.</summary>
public static class ParallelExtensions
{
    /// <summary>Runs one task per input, at most <paramref name="maxConcurrency"/> at a time.</summary>
    /// <typeparam name="TInput">Input of one task.</typeparam>
    /// <typeparam name="TResult">Result of one task.</typeparam>
    /// <param name="context">The workflow's context.</param>
    /// <param name="inputs">Enumerated once.</param>
    /// <param name="taskFactory">Starts the durable task of one input.</param>
    /// <param name="maxConcurrency">At least 1.</param>
    /// <returns>The results in the order of the inputs.</returns>
    /// <exception cref="AggregateException">All failures, after every task has ended.</exception>
    public static async Task<TResult[]> ProcessInParallelAsync<TInput, TResult>(
        this WorkflowContext context,
        IEnumerable<TInput> inputs,
        Func<TInput, Task<TResult>> taskFactory,
        int maxConcurrency = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(taskFactory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);

        var all = inputs.ToArray();
        var results = new TResult[all.Length];
        var failures = new List<Exception>();
        var next = 0;

        // Each lane takes the next input when its current one is done. Lanes share state without a lock because a turn has one thread.
        await Task.WhenAll(Enumerable.Range(0, Math.Min(maxConcurrency, all.Length)).Select(_ => RunLane()));
        return failures.Count == 0 ? results : throw new AggregateException(failures);

        async Task RunLane()
        {
            while (next < all.Length)
            {
                var index = next++;
                try
                {
                    results[index] = await taskFactory(all[index]);
                }
                catch (Exception exception)
                {
                    failures.Add(exception);
                }
            }
        }
    }
}
