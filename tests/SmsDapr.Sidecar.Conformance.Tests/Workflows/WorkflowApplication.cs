using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

/// <summary>The one worker of these tests: it knows the workflows that each test class declares.</summary>
public sealed class WorkflowApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private WorkflowApplication(IHost host) => _host = host;

    public DaprWorkflowClient Client => _host.Services.GetRequiredService<DaprWorkflowClient>();

    public static async Task<WorkflowApplication> StartAsync(Uri sidecar)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", sidecar.ToString())]);
        builder.Logging.ClearProviders();
        builder.Services.AddDaprWorkflow(options =>
        {
            Starting.Register(options);
            Activities.Register(options);
            Timers.Register(options);
            ExternalEvents.Register(options);
            ContinuingAsNew.Register(options);
            CustomStatus.Register(options);
            ChildWorkflows.Register(options);
            Suspending.Register(options);
            Patching.Register(options);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new WorkflowApplication(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
