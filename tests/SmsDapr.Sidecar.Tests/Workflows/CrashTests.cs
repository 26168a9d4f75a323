using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.Workflows;

namespace SmsDapr.Sidecar.Tests.Workflows;

/// <summary>The engine in a process of its own, killed without warning (SIGKILL) while work is under way.</summary>
public sealed class CrashTests
{
    private const int Instances = 60;
    private const int Kills = 4;

    /// <summary>Two activities side by side, a timer, two events: ends with everything it was given.</summary>
    private static readonly Script Everything = new()
    {
        Workflow = history =>
        {
            if (history.IsFirstTurn)
                return [Do.Activity(0, "a", history.InstanceId), Do.Activity(1, "b", history.InstanceId), Do.Timer(2, DateTimeOffset.UnixEpoch.UtcDateTime)];
            var events = history.All.Where(e => e.EventRaised is not null).Select(e => e.EventRaised.Input).Distinct().Order(StringComparer.Ordinal).ToList();
            return history.Results.Count == 2 && history.Fired(2) && events.Count == 2
                ? [Do.Complete(string.Join(";", [.. history.Results, .. events]))]
                : [];
        },
        Activity = activity => $"{activity.Name}({activity.Input})",
    };

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_process_is_killed_at_random_moments()
    {
        var directory = Directory.CreateTempSubdirectory("engine-crash-").FullName;
        var random = new Random(20260308);
        var acknowledged = new ConcurrentDictionary<string, byte>();
        await using (var engine = new EngineProcess(directory))
        {
            await engine.StartAsync();
            var clients = Enumerable.Range(0, Instances).Select(n => DriveAsync(engine, $"instance-{n}", acknowledged)).ToList();
            for (var kill = 0; kill < Kills; kill++)
            {
                var reached = random.Next(acknowledged.Count, Instances * 3);
                while (acknowledged.Count < reached && !clients.TrueForAll(client => client.IsCompleted))
                    await Task.Yield();
                await engine.KillAndRestartAsync();
            }

            await Task.WhenAll(clients);
            for (var n = 0; n < Instances; n++)
            {
                var id = $"instance-{n}";
                var state = await engine.Hub.CompletionAsync(id);
                state.Output.ShouldBe($"a({id});b({id});first;second");
                AssertRecordedOnce(await engine.Hub.HistoryAsync(id));
            }
        }

        Directory.Delete(directory, recursive: true);
    }

    /// <summary>One client: start, two events. A call that failed may or may not have counted, so it is repeated as its caller would.</summary>
    private static async Task DriveAsync(EngineProcess engine, string id, ConcurrentDictionary<string, byte> acknowledged)
    {
        await RepeatAsync(engine, hub => hub.StartAsync("everything", id), alreadyDone: StatusCode.AlreadyExists);
        acknowledged.TryAdd($"{id} started", 0);
        foreach (var payload in (string[])["first", "second"])
        {
            // No such instance would mean that an acknowledged start was lost: the only refusal that is not repeated.
            await RepeatAsync(engine, hub => hub.RaiseAsync(id, "go", payload), alreadyDone: null);
            acknowledged.TryAdd($"{id} {payload}", 0);
        }
    }

    private static async Task RepeatAsync(EngineProcess engine, Func<TaskHub, Task> call, StatusCode? alreadyDone)
    {
        while (true)
        {
            try
            {
                await call(engine.Hub);
                return;
            }
            catch (RpcException refused) when (refused.StatusCode == alreadyDone)
            {
                return;
            }
            catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled)
            {
                await engine.RunningAsync();
            }
            catch (ObjectDisposedException)
            {
                await engine.RunningAsync();
            }
        }
    }

    private static void AssertRecordedOnce(IReadOnlyList<HistoryEvent> history)
    {
        history.Count(e => e.ExecutionStarted is not null).ShouldBe(1);
        history.Count(e => e.ExecutionCompleted is not null).ShouldBe(1);
        history.Where(e => e.TaskScheduled is not null).Select(e => e.EventId).ShouldBe([0, 1]);
        history.Where(e => e.TaskCompleted is not null).Select(e => e.TaskCompleted.TaskScheduledId).Order().ShouldBe([0, 1]);
        history.Count(e => e.TimerFired is not null).ShouldBe(1);
    }

    /// <summary>The child process and, in this process, its worker and its client.</summary>
    private sealed class EngineProcess(string directory) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

        private Process? _process;
        private ScriptedWorker? _worker;
        private TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskHub Hub { get; private set; } = null!;

        public Task RunningAsync() => _running.Task;

        public async Task StartAsync()
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
                start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
            start.Environment[EngineChild.DirectoryVariable] = directory;
            _process = Process.Start(start)!;
            var address = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
            Hub = new TaskHub(new Uri(address!));
            _worker = new ScriptedWorker(Hub, Everything);
            _running.SetResult();
        }

        public async Task KillAndRestartAsync()
        {
            _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await KillAsync();
            await StartAsync();
        }

        public async ValueTask DisposeAsync() => await KillAsync();

        private async Task KillAsync()
        {
            _process!.Kill();
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            _process.Dispose();
            await _worker!.DisposeAsync();
            Hub.Dispose();
        }
    }
}

/// <summary>Turns this test program into an engine host when the crash tests start it as a child.</summary>
internal static class EngineChild
{
    public const string DirectoryVariable = "SMSDAPR_TEST_ENGINE_DIRECTORY";

    [ModuleInitializer]
    internal static void RunInsteadOfTests()
    {
        if (Environment.GetEnvironmentVariable(DirectoryVariable) is not { } directory)
            return;
        Run(directory);
        Environment.Exit(0);
    }

    /// <summary>Blocks on purpose: until the initializer returns, no other thread can run code of this assembly.</summary>
    private static void Run(string directory)
    {
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--Kestrel:EndpointDefaults:Protocols", "Http2"]);
        builder.Logging.ClearProviders();
        builder.Services.AddWorkflowEngine(
            new SidecarOptions { AppId = "app", DataDirectory = directory }, TimeProvider.System, NoWorkTracker.Instance);
        var app = builder.Build();
        app.MapWorkflowEngine();
        app.StartAsync().GetAwaiter().GetResult();
        Console.Out.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

        // Ends with the test process, should that one end first.
        Console.In.ReadToEnd();
    }
}
