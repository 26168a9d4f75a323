using System.Diagnostics;
using Dapr.Workflow;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SmsDapr.Bench.Measuring;

namespace SmsDapr.Bench.Running;

/// <summary>A workflow worker in this process, with a workflow that does nothing in several steps and one that sleeps.</summary>
internal sealed class WorkflowApp : IAsyncDisposable
{
    private const string NoOp = "no-op";
    private const string Sleep = "sleep";
    private const string Nothing = "nothing";
    private const string Go = "go";

    /// <summary>Starts and the waits for them that are under way at the same time.</summary>
    public const int Callers = 64;

    private static readonly TimeSpan ReconnectLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly IHost _host;
    private readonly DaprWorkflowClient _client;
    private int _created;

    private WorkflowApp(Uri grpcEndpoint)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", grpcEndpoint.ToString())]);
        builder.Services.AddDaprWorkflow(workflows =>
        {
            workflows.RegisterWorkflow<int, int>(NoOp, DoNothingAsync);
            workflows.RegisterWorkflow<DateTime, bool>(Sleep, SleepAsync);
            workflows.RegisterActivity<int, int>(Nothing, static (_, input) => Task.FromResult(input));
        });
        _host = builder.Build();
        _client = _host.Services.GetRequiredService<DaprWorkflowClient>();
    }

    /// <summary>How late sleepers woke, negative when they were early.</summary>
    public Latencies Lateness { get; } = new();

    public static async Task<WorkflowApp> StartAsync(Uri grpcEndpoint, CancellationToken cancellation)
    {
        var app = new WorkflowApp(grpcEndpoint);
        await app._host.StartAsync(cancellation);
        return app;
    }

    /// <summary>Runs instances from start to completion: two activities, a timer that is due, an event.</summary>
    public Task<ClosedLoop> RunNoOpsAsync(int instances, CancellationToken cancellation) => ClosedLoop.RunAsync(Callers, instances, async number =>
    {
        var id = NextId();
        await _client.ScheduleNewWorkflowAsync(NoOp, id, number, null, cancellation);
        await _client.RaiseEventAsync(id, Go, number, cancellation);
        await _client.WaitForWorkflowCompletionAsync(id, getInputsAndOutputs: false, cancellation);
    });

    /// <summary>Starts instances that sleep until an instant each and are asleep when this returns.</summary>
    public Task<ClosedLoop> StartSleepersAsync(int instances, Func<int, DateTimeOffset> until, CancellationToken cancellation) =>
        ClosedLoop.RunAsync(Callers, instances, number => StartSleeperAsync(until(number), cancellation));

    public async Task<string> StartSleeperAsync(DateTimeOffset until, CancellationToken cancellation) =>
        await _client.ScheduleNewWorkflowAsync(Sleep, NextId(), until.UtcDateTime, null, cancellation);

    /// <summary>Waits until calls get through again after the sidecar was away.</summary>
    public async Task ReconnectedAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await _client.GetWorkflowStateAsync(NextId(), getInputsAndOutputs: false, cancellation);
                return;
            }
            catch (RpcException away) when (away.StatusCode == StatusCode.Unavailable && Stopwatch.GetElapsedTime(began) < ReconnectLimit)
            {
                await Task.Delay(Glance, TimeProvider.System, cancellation);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<int> DoNothingAsync(WorkflowContext context, int input)
    {
        await context.CallActivityAsync<int>(Nothing, input);
        await context.CreateTimer(TimeSpan.Zero);
        await context.WaitForExternalEventAsync<int>(Go);
        return await context.CallActivityAsync<int>(Nothing, input);
    }

    private async Task<bool> SleepAsync(WorkflowContext context, DateTime until)
    {
        await context.CreateTimer(until, default);
        if (!context.IsReplaying)
            Lateness.Add(BenchRun.Now - until);
        return true;
    }

    private string NextId() => $"{Interlocked.Increment(ref _created):D8}";
}
