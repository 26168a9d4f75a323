using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SmsDapr.Service.Hosting.Storage;

namespace SmsDapr.Service.Hosting;

/// <summary>Live: the process answers. Ready: the sidecar, the state store and the workflow engine do.</summary>
internal static class Health
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static void AddHealth(this WebApplicationBuilder builder) =>
        builder.Services.AddHealthChecks()
            .AddCheck<SidecarCheck>("sidecar", timeout: Timeout)
            .AddCheck<StateStoreCheck>("stateStore", timeout: Timeout)
            .AddCheck<WorkflowEngineCheck>("workflowEngine", timeout: Timeout);

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new Answer(Name(report.Status), report.Entries.ToDictionary(entry => entry.Key, entry => Name(entry.Value.Status))),
            JsonSerializerOptions.Web);

    private static string Name(HealthStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    private sealed record Answer(string Status, Dictionary<string, string> Checks);

    private sealed class SidecarCheck(SidecarChannel sidecar) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            CheckAsync(async () => await MetadataAsync(sidecar, cancellationToken) is not null);
    }

    private sealed class StateStoreCheck(StateClient state) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            CheckAsync(async () =>
            {
                await state.FindAsync("health", cancellationToken);
                return true;
            });
    }

    // The engine counts as answering once it serves this service's own worker.
    private sealed class WorkflowEngineCheck(SidecarChannel sidecar) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            CheckAsync(async () => (await MetadataAsync(sidecar, cancellationToken)).Workflows is { ConnectedWorkers: > 0 });
    }

    private static async Task<GetMetadataResponse> MetadataAsync(SidecarChannel sidecar, CancellationToken cancellation)
    {
        using var call = sidecar.Dapr.GetMetadataAsync(new GetMetadataRequest(), sidecar.Call(Timeout, cancellation));
        return await call;
    }

    private static async Task<HealthCheckResult> CheckAsync(Func<Task<bool>> answers)
    {
        try
        {
            return await answers() ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
        }
        catch (RpcException failure)
        {
            return HealthCheckResult.Unhealthy(failure.StatusCode.ToString());
        }
    }
}
