using System.Globalization;
using System.Threading.RateLimiting;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>600 requests a minute for each user; callers that act for anyone have no limit.</summary>
internal static class RateLimit
{
    private const int PermitsPerMinute = 600;
    private const int Segments = 6;

    public static void AddRateLimit(this WebApplicationBuilder builder) =>
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                Caller.From(context.User) is { Role: Role.User, UserId: { } userId }
                    ? RateLimitPartition.GetSlidingWindowLimiter(userId, _ => Window())
                    : RateLimitPartition.GetNoLimiter(""));
            options.OnRejected = (rejected, _) =>
            {
                // A segment gives its permits back as soon as it leaves the window.
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(60 / Segments);
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
        });

    private static SlidingWindowRateLimiterOptions Window() => new()
    {
        PermitLimit = PermitsPerMinute,
        Window = TimeSpan.FromMinutes(1),
        SegmentsPerWindow = Segments,
        QueueLimit = 0,
    };
}
