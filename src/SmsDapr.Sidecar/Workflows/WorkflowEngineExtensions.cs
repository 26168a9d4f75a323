using Grpc.AspNetCore.Server.Model;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Workflows.Api;

namespace SmsDapr.Sidecar.Workflows;

internal static class WorkflowEngineExtensions
{
    public static IServiceCollection AddWorkflowEngine(this IServiceCollection services, SidecarOptions options, TimeProvider clock, IWorkTracker work)
    {
        services.AddGrpc();
        services.TryAddSingleton<EngineSettings>();
        services.AddSingleton(provider => new WorkflowEngine(
            options,
            provider.GetRequiredService<EngineSettings>(),
            clock,
            work,
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<WorkflowEngine>>()));
        services.AddSingleton<WorkflowApi>();
        services.AddSingleton<TaskHubService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<TaskHubService>, TaskHubMethods>());
        services.AddHostedService<WorkflowEngineService>();
        return services;
    }

    public static void MapWorkflowEngine(this WebApplication app)
    {
        app.MapGrpcService<TaskHubService>();
        app.MapWorkflowApi();
    }
}
