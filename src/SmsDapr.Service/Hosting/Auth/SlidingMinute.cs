using System.Threading.RateLimiting;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>
/// So many permits within any minute, and to the moment when the next is to be had. On the service's clock, which the framework's own limiters
/// don't take: under a virtual clock a minute passes when it is moved.
/// </summary>
internal sealed class SlidingMinute(int permits, TimeProvider time) : RateLimiter
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<DateTimeOffset> _taken = new();

    /// <summary>Null while a permit counts; the partition is forgotten some time after.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_gate)
                return Forget() == 0 ? Window : null;
        }
    }

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_gate)
        {
            var taken = Forget();
            if (taken + permitCount > permits)
                return taken == 0 ? Lease.Never : new Lease(_taken.Peek() + Window - time.GetUtcNow());
            for (var permit = 0; permit < permitCount; permit++)
                _taken.Enqueue(time.GetUtcNow());
            return Lease.Granted;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AttemptAcquireCore(permitCount));

    private int Forget()
    {
        var now = time.GetUtcNow();
        while (_taken.TryPeek(out var at) && at + Window <= now)
            _taken.Dequeue();
        return _taken.Count;
    }

    private sealed class Lease(TimeSpan? wait, bool isAcquired = false) : RateLimitLease
    {
        public static readonly Lease Granted = new(null, isAcquired: true);

        /// <summary>More was asked for than a minute has.</summary>
        public static readonly Lease Never = new(null);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => wait is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}
