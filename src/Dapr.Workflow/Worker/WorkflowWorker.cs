using Dapr.Workflow.Registration;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Keeps a stream of work items open to the sidecar for as long as the host runs.</summary>
internal sealed partial class WorkflowWorker(
    SidecarChannel channel,
    WorkflowRuntimeOptions options,
    WorkItemRunner runner,
    WorkerClock clock,
    ILogger<WorkflowWorker> logger) : BackgroundService
{
    private static readonly TimeSpan FirstReconnectDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestReconnectDelay = TimeSpan.FromSeconds(5);

    // The limits outlive a stream, and are not disposed: work that outlasted the host's patience still releases them.
    private readonly SemaphoreSlim _workflows = new(options.MaxConcurrentWorkflows);
    private readonly SemaphoreSlim _activities = new(options.MaxConcurrentActivities);
    private readonly CancellationTokenSource _outOfPatience = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var patience = cancellationToken.Register(_outOfPatience.Cancel);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _outOfPatience.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Workflows.Count == 0 && options.Activities.Count == 0)
        {
            // A connected worker is given any work of the app; one that knows no names would fail it all.
            LogNothingRegistered();
            return;
        }

        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var opened = clock.Mark();
            var stream = new WorkStream(channel.TaskHub, runner, _workflows, _activities, clock, logger);
            try
            {
                await stream.Run(stoppingToken, _outOfPatience.Token);
                failures = Failures();
                if (!stoppingToken.IsCancellationRequested)
                    LogStreamEnded(failures);
            }
            catch (RpcException exception) when (!stoppingToken.IsCancellationRequested)
            {
                failures = Failures();
                LogStreamLost(exception.StatusCode, failures);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await clock.BackOff(failures, FirstReconnectDelay, LongestReconnectDelay, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            int Failures() => stream.HasReceived || clock.Since(opened) > LongestReconnectDelay ? 1 : failures + 1;
        }
    }

    [LoggerMessage(10, LogLevel.Information, "No workflow or activity is registered, so no work is fetched")]
    private partial void LogNothingRegistered();

    [LoggerMessage(11, LogLevel.Information, "The sidecar ended the stream of work items; reconnecting (attempt {Attempt})")]
    private partial void LogStreamEnded(int attempt);

    [LoggerMessage(12, LogLevel.Warning, "The stream of work items is down ({Status}); reconnecting (attempt {Attempt})")]
    private partial void LogStreamLost(StatusCode status, int attempt);
}
