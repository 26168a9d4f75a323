namespace Dapr.Workflow.Replay;

internal static class RetryDelay
{
    public static bool IsLeft(WorkflowRetryPolicy policy, DateTime firstAttemptAt, DateTime now) =>
        policy.RetryTimeout == Timeout.InfiniteTimeSpan || now - firstAttemptAt < policy.RetryTimeout;

    /// <summary>When the attempt after the given number of failures begins.</summary>
    public static DateTime After(WorkflowRetryPolicy policy, int failures, DateTime now)
    {
        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, failures - 1);
        var limit = Math.Min((policy.MaxRetryInterval ?? TimeSpan.MaxValue).Ticks, (DateTime.MaxValue - now).Ticks);
        return now.AddTicks(ticks < limit ? (long)ticks : limit);
    }
}
