using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Workflows;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>The engine behind a real server on free ports, with its own data directory and a clock that the test moves.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 8, 12, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("engine-").FullName;
    private SidecarOptions _options;
    private readonly EngineSettings _settings;
    private readonly List<ScriptedWorker> _workers = [];
    private WebApplication? _app;

    private EngineHost(EngineSettings? settings, int maxBodySize, string? workflowConfiguration)
    {
        _settings = settings ?? new EngineSettings();
        _options = new SidecarOptions { AppId = "app", DataDirectory = _directory, MaxBodySize = maxBodySize };
        if (workflowConfiguration is not null)
        {
            var file = Path.Combine(_directory, "config.yaml");
            File.WriteAllText(file, $"apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata:\n  name: config\nspec:\n  workflow: {workflowConfiguration}\n");
            _options = _options with { ConfigPaths = [file] };
        }
    }

    /// <summary>Of the next start.</summary>
    public void LimitBodiesTo(int bytes) => _options = _options with { MaxBodySize = bytes };

    public FakeTimeProvider Clock { get; } = new(Noon);

    public DateTime Now => Clock.GetUtcNow().UtcDateTime;

    public OpenWork Work { get; private set; } = new();

    public TaskHub Hub { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public WorkflowEngine Engine => _app!.Services.GetRequiredService<WorkflowEngine>();

    /// <param name="settings">Sizes and times.</param>
    /// <param name="maxBodySize">In bytes.</param>
    /// <param name="workflowConfiguration">What a Configuration file says under <c>spec.workflow</c>, as a YAML flow mapping.</param>
    public static async Task<EngineHost> StartAsync(EngineSettings? settings = null, int maxBodySize = 4 * 1024 * 1024, string? workflowConfiguration = null)
    {
        var host = new EngineHost(settings, maxBodySize, workflowConfiguration);
        await host.StartServerAsync();
        return host;
    }

    /// <summary>Connects a worker that runs this script.</summary>
    public async Task<ScriptedWorker> ConnectAsync(Script script)
    {
        var worker = new ScriptedWorker(Hub, script);
        _workers.RemoveAll(other => other.HasLeft);
        _workers.Add(worker);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        while (Engine.ConnectedWorkers != _workers.Count)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return worker;
    }

    /// <summary>Stops the server and starts another on the same data, without workers.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await StopServerAsync();
        meanwhile?.Invoke();
        await StartServerAsync();
    }

    /// <summary>Waits until the engine has done all that it was asked before, whether or not workers have answered.</summary>
    public async Task SettledAsync()
    {
        await Hub.ListAsync(new Dapr.DurableTask.Protobuf.ListInstanceIDsRequest());
        await Hub.ListAsync(new Dapr.DurableTask.Protobuf.ListInstanceIDsRequest());
    }

    /// <summary>Moves the clock to each due time on the way, as the owner of a virtual clock does.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await Work.IdleAsync();
        Clock.Advance(by);
        await Work.IdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServerAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartServerAsync()
    {
        Work = new OpenWork();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton(_settings);
        builder.Services.AddWorkflowEngine(_options, Clock, Work);
        _app = builder.Build();
        _app.MapWorkflowEngine();
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        Hub = new TaskHub(new Uri(addresses[0]));
        Http = new HttpClient { BaseAddress = new Uri(addresses[1]) };
    }

    public async Task StopServerAsync(bool waitForWorkers = true)
    {
        if (_app is null)
            return;
        if (!waitForWorkers)
            await _app.StopAsync();
        foreach (var worker in _workers)
            await worker.DisposeAsync();
        _workers.Clear();
        await _app.DisposeAsync();
        _app = null;
        Hub.Dispose();
        Http.Dispose();
    }
}

/// <summary>Counts the engine's open units of work.</summary>
internal sealed class OpenWork : IWorkTracker
{
    private readonly Lock _lock = new();
    private int _open;
    private TaskCompletionSource _idle = Completed();

    public int Open
    {
        get
        {
            lock (_lock)
                return _open;
        }
    }

    public IDisposable Begin()
    {
        lock (_lock)
        {
            if (_open++ == 0)
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return new Unit(this);
    }

    /// <summary>Completes when nothing is left to do until a timer or a call from outside.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
            return _idle.Task.WaitAsync(TimeSpan.FromMinutes(5), TimeProvider.System);
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private sealed class Unit(OpenWork owner) : IDisposable
    {
        private bool _ended;

        public void Dispose()
        {
            lock (owner._lock)
            {
                _ended.ShouldBeFalse("a unit of work ended twice");
                _ended = true;
                if (--owner._open == 0)
                    owner._idle.SetResult();
            }
        }
    }
}
