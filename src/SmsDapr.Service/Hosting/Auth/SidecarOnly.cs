using System.Security.Cryptography;
using System.Text;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Hosting.Auth;

/// <summary>
/// Keeps everyone but the sidecar away from the paths that it calls: by its token when there is one, and never
/// through the address that the world reaches the service at.
/// </summary>
internal static class SidecarOnly
{
    private const string TokenHeader = "dapr-api-token";

    private static readonly PathString[] Paths = ["/cron", "/events", "/dapr"];

    public static void UseSidecarOnlyPaths(this WebApplication app)
    {
        var token = app.Services.GetRequiredService<DaprOptions>().AppApiToken is { } text ? Encoding.UTF8.GetBytes(text) : null;
        var publicHosts = app.Services.GetRequiredService<PublicHosts>();

        app.Use((context, next) =>
        {
            if (!Array.Exists(Paths, path => context.Request.Path.StartsWithSegments(path)))
                return next(context);
            if (IsFromSidecar(context.Request, token, publicHosts))
                return next(context);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        });
    }

    private static bool IsFromSidecar(HttpRequest request, byte[]? token, PublicHosts publicHosts)
    {
        if (publicHosts.Contains(request.Host.Value) || request.Headers.GetCommaSeparatedValues("X-Forwarded-Host").Any(publicHosts.Contains))
            return false;
        return token is null
            || (request.Headers[TokenHeader] is [{ } presented]
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(presented), token));
    }
}

/// <summary>Host names of the configured public addresses. Loopback is not public: the sidecar itself calls there.</summary>
internal sealed class PublicHosts(IEnumerable<Uri?> publicAddresses)
{
    private readonly HashSet<string> _hosts = new(
        publicAddresses.OfType<Uri>().Where(address => !address.IsLoopback).Select(address => address.Host),
        StringComparer.OrdinalIgnoreCase);

    public bool Contains(string? host) => host is not null && _hosts.Contains(HostString.FromUriComponent(host).Host);
}
