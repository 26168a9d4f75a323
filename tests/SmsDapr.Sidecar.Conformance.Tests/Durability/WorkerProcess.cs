using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SmsDapr.Sidecar.Conformance.Tests.Durability;

/// <summary>The worker that the kill test kills: this program, started with the sidecar's address in its environment.</summary>
internal static class WorkerProcess
{
    public const string EndpointVariable = "SMSDAPR_CONFORMANCE_WORKER_OF";
    public const string Workflow = "survivor";
    public const string Event = "go";

    public static async Task<int> RunAsync(Uri sidecar)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", sidecar.ToString())]);
        builder.Logging.ClearProviders();
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<int, string>(Workflow, RunWorkflowAsync);
            options.RegisterActivity<int, int>("double", (_, number) => Task.FromResult(2 * number));
        });
        using var host = builder.Build();
        await host.StartAsync();

        // Ends with the test, should that one end first.
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>What the workflow must return; nothing of it can be had twice or left out.</summary>
    public static string OutputOf(int number) => $"{2 * number}+{4 * number}+event {number}";

    private static async Task<string> RunWorkflowAsync(WorkflowContext context, int number)
    {
        var first = await context.CallActivityAsync<int>("double", number);
        await context.CreateTimer(TimeSpan.FromMilliseconds(500));
        var payload = await context.WaitForExternalEventAsync<string>(Event, TimeSpan.FromHours(1));
        var second = await context.CallActivityAsync<int>("double", first);
        return $"{first}+{second}+{payload}";
    }
}
