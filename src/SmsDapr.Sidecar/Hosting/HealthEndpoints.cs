using Grpc.Core;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.Hosting;

/// <summary>Whether the sidecar may be used: with its application (<c>healthz</c>) or already before (<c>healthz/outbound</c>).</summary>
internal static class HealthEndpoints
{
    private const string Health = "/v1.0/healthz";
    private const string Outbound = "/v1.0/healthz/outbound";

    public static bool IsHealth(PathString path) => path.Value is Health or Outbound;

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Outbound, () => TypedResults.NoContent());
        routes.MapGet(Health, (string? appid, AppChannel app, SidecarOptions options) =>
        {
            if (appid is not null && appid != options.AppId)
                throw NotReady("ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match");
            if (!app.IsReady)
                throw NotReady("ERR_HEALTH_NOT_READY", "dapr is not ready");
            return TypedResults.NoContent();
        });
    }

    private static DaprErrorException NotReady(string code, string message) =>
        new(StatusCode.Internal, StatusCodes.Status500InternalServerError, code, message);
}
