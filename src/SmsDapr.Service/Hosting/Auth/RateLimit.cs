using System.Globalization;
using System.Threading.RateLimiting;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>So many requests a minute for each key and each token's subject, by role.</summary>
internal static class RateLimit
{
    private const int Segments = 6;

    public static void AddRateLimit(this WebApplicationBuilder builder, IReadOnlyDictionary<Role, int> requestsPerMinute) =>
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                Caller.From(context.User) is { } caller && requestsPerMinute.TryGetValue(caller.Role, out var permits)
                    ? RateLimitPartition.GetSlidingWindowLimiter($"{caller.Role}\n{caller.Name}\n{caller.UserId}", _ => Window(permits))
                    : RateLimitPartition.GetNoLimiter(""));
            options.OnRejected = (rejected, _) =>
            {
                // A segment gives its permits back as soon as it leaves the window.
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(60 / Segments);
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
        });

    private static SlidingWindowRateLimiterOptions Window(int permits) => new()
    {
        PermitLimit = permits,
        Window = TimeSpan.FromMinutes(1),
        SegmentsPerWindow = Segments,
        QueueLimit = 0,
    };
}
