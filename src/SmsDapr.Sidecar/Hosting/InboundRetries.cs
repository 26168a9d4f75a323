using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Hosting;

internal enum DeliveryOutcome
{
    Success,
    Retry,
    Drop,
}

/// <summary>Repeats a delivery as the component's Resiliency policy says; without one there is a single attempt.</summary>
internal sealed class InboundRetries(ComponentRegistry components, TimeProvider clock)
{
    private const double Growth = 1.5;
    private static readonly TimeSpan FirstExponentialDelay = TimeSpan.FromMilliseconds(500);

    public async Task<DeliveryOutcome> RunAsync(
        string component,
        WorkUnit work,
        Func<CancellationToken, Task<DeliveryOutcome>> deliver,
        CancellationToken cancellationToken)
    {
        var policy = components.Resources.InboundRetries.GetValueOrDefault(component);
        for (var retries = 0; ; retries++)
        {
            var outcome = await deliver(cancellationToken);
            if (outcome != DeliveryOutcome.Retry || policy is null || (policy.MaxRetries >= 0 && retries >= policy.MaxRetries))
                return outcome;
            await work.PauseAsync(DelayBefore(policy, retries), clock, cancellationToken);
        }
    }

    private static TimeSpan DelayBefore(RetryPolicy policy, int retries)
    {
        if (!policy.Exponential)
            return policy.Duration;
        var grown = FirstExponentialDelay.TotalMilliseconds * Math.Pow(Growth, retries);
        return TimeSpan.FromMilliseconds(Math.Min(grown, policy.MaxInterval.TotalMilliseconds));
    }
}
