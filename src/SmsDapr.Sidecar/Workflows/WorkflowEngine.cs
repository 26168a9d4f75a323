using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Workflows.Dispatch;
using SmsDapr.Sidecar.Workflows.Execution;
using SmsDapr.Sidecar.Workflows.Storage;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>
/// Durable workflows for one application. Every method returns when its effect is on disk; refusals are
/// <see cref="WorkflowException"/> with the code and text of daprd.
/// </summary>
internal sealed class WorkflowEngine(
    SidecarOptions options,
    EngineSettings settings,
    TimeProvider clock,
    IWorkTracker work,
    IHostApplicationLifetime lifetime,
    ILogger<WorkflowEngine> log) : IAsyncDisposable
{
    private EngineLoop? _loop;
    private WorkerStreams? _workers;
    private DurableTimers? _timers;

    /// <summary>Streams over which workers take work right now.</summary>
    public int ConnectedWorkers => _workers?.Connected ?? 0;

    /// <summary>What was under way before the last stop has been taken up; calls are answered.</summary>
    public bool IsReady { get; private set; }

    private EngineLoop Loop => _loop ?? throw new RpcException(new Status(StatusCode.Unavailable, "the workflow engine is not running"));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var configuration = WorkflowConfiguration.Read(options.ConfigPaths);
        Directory.CreateDirectory(options.DataDirectory);
        var database = new WorkflowDatabase(Path.Combine(options.DataDirectory, "workflows.db"));
        EngineLoop loop = null!;
        EngineCore core = null!;
        _workers = new WorkerStreams(settings, log)
        {
            Opened = () => loop.Post(new EngineTask(engine => engine.RetryStalled())),
            Closed = stream => loop.Post(new EngineTask(engine => engine.TakeBack(stream))),
            RunningLow = () =>
            {
                if (core.HasBacklog)
                    loop.Post(new EngineTask(_ => { }));
            },
        };
        _timers = new DurableTimers(clock, work) { Due = unit => loop.Post(FireTimers(loop, unit)) };
        core = new EngineCore(options, settings, configuration, database, _workers, _timers, clock, work, task => loop.Post(task), log);
        _loop = loop = new EngineLoop(core, settings, log, lifetime.StopApplication);
        loop.Start();
        await loop.Call(_ => true).WaitAsync(cancellationToken);
        IsReady = true;
    }

    /// <summary>Finishes the calls under way and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        IsReady = false;
        if (Interlocked.Exchange(ref _loop, null) is not { } loop)
            return;
        await loop.StopAsync();
        _timers?.Dispose();
        loop.Dispose();
    }

    /// <summary>Creates an instance. With <paramref name="awaitFirstTurn"/>, an instance that is not scheduled for later is waited for until a worker has run its first turn.</summary>
    public async Task<string> StartInstanceAsync(CreateInstanceRequest request, bool awaitFirstTurn, CancellationToken cancellationToken)
    {
        if (request.InstanceId.Length == 0)
            request.InstanceId = Guid.NewGuid().ToString();
        if (request.ScheduledStartTimestamp is { } start && !WorkerAnswers.IsValid(start))
            throw new WorkflowException(StatusCode.InvalidArgument, "the scheduled start time is not a valid time");

        var waits = awaitFirstTurn && request.ScheduledStartTimestamp is null;
        var watcher = await Loop.Call(core =>
        {
            core.Create(request);
            return waits ? core.Watch(request.InstanceId, HasBegun, payloads: false) : null;
        });
        if (watcher is not null)
            await ReachAsync(request.InstanceId, watcher, cancellationToken);
        return request.InstanceId;
    }

    public Task<GetInstanceResponse> GetInstanceAsync(string instanceId, bool payloads) => Loop.Call(core => core.Get(instanceId, payloads));

    public Task<GetInstanceResponse> WaitForStartAsync(string instanceId, bool payloads, CancellationToken cancellationToken) =>
        WaitAsync(instanceId, HasBegun, payloads, cancellationToken);

    public Task<GetInstanceResponse> WaitForCompletionAsync(string instanceId, bool payloads, CancellationToken cancellationToken) =>
        WaitAsync(instanceId, HistoryEvents.IsTerminal, payloads, cancellationToken);

    public Task RaiseEventAsync(string instanceId, string name, string? input) => Loop.Call(core =>
    {
        core.Raise(instanceId, name, input);
        return true;
    });

    /// <summary>Asks the instance to end; <see cref="WaitForCompletionAsync"/> tells when it has.</summary>
    public Task TerminateAsync(string instanceId, string? output, bool recursive) => Loop.Call(core =>
    {
        core.Terminate(instanceId, output, recursive);
        return true;
    });

    public Task SuspendAsync(string instanceId, string? reason) => Loop.Call(core =>
    {
        core.Suspend(instanceId, reason);
        return true;
    });

    public Task ResumeAsync(string instanceId, string? reason) => Loop.Call(core =>
    {
        core.Resume(instanceId, reason);
        return true;
    });

    public Task WaitUntilSuspendedAsync(string instanceId, CancellationToken cancellationToken) =>
        WaitAsync(instanceId, status => status == OrchestrationStatus.Suspended || status.IsTerminal(), payloads: false, cancellationToken);

    public Task WaitUntilRunningAsync(string instanceId, CancellationToken cancellationToken) =>
        WaitAsync(instanceId, status => status == OrchestrationStatus.Running || status.IsTerminal(), payloads: false, cancellationToken);

    /// <summary>Forgets a finished instance, or with <paramref name="force"/> any; returns how many instances that were.</summary>
    public Task<int> PurgeAsync(string instanceId, bool recursive, bool force) => Loop.Call(core => core.Purge(instanceId, recursive, force));

    public Task<ListInstanceIDsResponse> ListInstancesAsync(ListInstanceIDsRequest request) => Loop.Call(core => core.List(request));

    public Task<GetInstanceHistoryResponse> GetHistoryAsync(string instanceId) => Loop.Call(core => core.History(instanceId));

    public Task<string> RerunAsync(RerunWorkflowFromEventRequest request) => Loop.Call(core => core.Rerun(request));

    public Task CompleteTurnAsync(WorkflowResponse response)
    {
        WorkerAnswers.Check(response);
        return Loop.Call(core =>
        {
            core.CompleteTurn(response);
            return true;
        });
    }

    public Task CompleteActivityAsync(ActivityResponse response) => Loop.Call(core =>
    {
        core.CompleteActivity(response);
        return true;
    });

    /// <summary>Hands work to a worker until it leaves or the host stops.</summary>
    public Task ServeWorkerAsync(IServerStreamWriter<DispatchedWork> output, CancellationToken disconnected)
    {
        _ = Loop;
        return _workers!.ServeAsync(output, lifetime.ApplicationStopping, disconnected);
    }

    private static bool HasBegun(OrchestrationStatus status) => status != OrchestrationStatus.Pending;

    private static EngineTask FireTimers(EngineLoop loop, IDisposable unit) => new(
        core =>
        {
            if (core.FireTimers())
                loop.Post(FireTimers(loop, core.BeginWork()));
        },
        unit);

    private async Task<GetInstanceResponse> WaitAsync(
        string instanceId, Func<OrchestrationStatus, bool> reached, bool payloads, CancellationToken cancellationToken)
    {
        var watcher = await Loop.Call(core => core.Watch(instanceId, reached, payloads));
        return await ReachAsync(instanceId, watcher, cancellationToken);
    }

    private async Task<GetInstanceResponse> ReachAsync(string instanceId, Watcher watcher, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await watcher.State.WaitAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            Loop.Post(new EngineTask(core => core.Unwatch(instanceId, watcher)));
            throw;
        }
    }
}
