using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>So many requests a minute for each key and each token's subject, by role.</summary>
internal static class RateLimit
{
    public static void AddRateLimit(this WebApplicationBuilder builder, IReadOnlyDictionary<Role, int> requestsPerMinute) =>
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
                Caller.From(context.User) is { } caller && requestsPerMinute.TryGetValue(caller.Role, out var permits)
                    ? RateLimitPartition.Get(
                        $"{caller.Role}\n{Credential(context, caller)}",
                        _ => new SlidingMinute(permits, context.RequestServices.GetRequiredService<TimeProvider>()))
                    : RateLimitPartition.GetNoLimiter(""));
            options.OnRejected = (rejected, _) =>
            {
                if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
                    rejected.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
        });

    // Keys may share a name; a subject may have many tokens.
    private static string Credential(HttpContext context, Caller caller) =>
        context.User.Identity?.AuthenticationType == ApiKeyHandler.Scheme && ApiKeyHandler.PresentedKey(context.Request) is { } key
            ? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))
            : caller.Name;
}
