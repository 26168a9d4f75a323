using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Sidecar.Api;

/// <summary>Lets only calls with the right <c>dapr-api-token</c> through, once a token is set; health stays open.</summary>
internal static class ApiTokenCheck
{
    public const string Header = "dapr-api-token";

    private const string Refusal = "invalid api token";

    public static void UseApiToken(this IApplicationBuilder app, SidecarOptions options)
    {
        if (options.ApiToken is not { } token)
            return;
        var expected = Encoding.UTF8.GetBytes(token);
        app.Use((context, next) =>
            HealthEndpoints.IsHealth(context.Request.Path) || Matches(context.Request, expected) ? next(context) : RefuseAsync(context));
    }

    private static bool Matches(HttpRequest request, byte[] expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers[Header].ToString()), expected);

    private static Task RefuseAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return context.Response.WriteAsync(Refusal, context.RequestAborted);
        }

        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = $"{(int)StatusCode.Unauthenticated}";
        context.Response.Headers["grpc-message"] = Refusal;
        return Task.CompletedTask;
    }
}
