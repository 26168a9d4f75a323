using Dapr.DurableTask.Protobuf;
using Dapr.Workflow.Worker;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dapr.Workflow.Tests.Support;

/// <summary>An app with a worker, pointed at a sidecar by its configuration.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private WorkerHost(IHost host, ImpatientTime time)
    {
        Host = host;
        Time = time;
    }

    public IHost Host { get; }

    public ImpatientTime Time { get; }

    public static async Task<WorkerHost> Start(
        string endpoint, Action<WorkflowRuntimeOptions> configure, Action<IServiceCollection>? services = null, string? token = null)
    {
        var time = new ImpatientTime();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = endpoint, ["DAPR_API_TOKEN"] = token });
        builder.Services.AddSingleton(new WorkerClock(time, static () => 1));
        services?.Invoke(builder.Services);
        builder.Services.AddDaprWorkflow(configure);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new WorkerHost(host, time);
    }

    public static WorkItem FirstTurn(string name, string instanceId, string input = "") => new()
    {
        WorkflowRequest = new WorkflowRequest
        {
            InstanceId = instanceId,
            NewEvents =
            {
                At(new HistoryEvent { EventId = -1, WorkflowStarted = new WorkflowStartedEvent() }),
                At(new HistoryEvent { EventId = -1, ExecutionStarted = new ExecutionStartedEvent { Name = name, Input = input } }),
            },
        },
    };

    public static WorkItem Activity(string name, int taskId = 0, string instanceId = "order-17", string input = "") => new()
    {
        ActivityRequest = new ActivityRequest
        {
            Name = name,
            TaskId = taskId,
            Input = input,
            TaskExecutionId = $"key-{taskId}",
            WorkflowInstance = new WorkflowInstance { InstanceId = instanceId },
        },
    };

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync(new CancellationToken(canceled: true));
        Host.Dispose();
    }

    private static HistoryEvent At(HistoryEvent happened)
    {
        happened.Timestamp = Timestamp.FromDateTime(ScriptedEngine.Start);
        return happened;
    }
}

/// <summary>Real time in which every delay is over at once; what was asked for is kept.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    private readonly List<TimeSpan> _delays = [];

    public IReadOnlyList<TimeSpan> Delays
    {
        get
        {
            lock (_delays)
                return [.. _delays];
        }
    }

    public TimeSpan Passed { get; set; }

    public override long GetTimestamp() => (long)(Passed.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_delays)
            _delays.Add(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
