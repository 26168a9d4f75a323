using System.Collections.Concurrent;
using System.Net.Http.Json;
using Dapr.Workflow;
using Dapr.Workflow.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmsDapr.EndToEnd.Tests.Harness;
using SmsDapr.Service.Hosting;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;
using SmsDapr.Simulators;

namespace SmsDapr.EndToEnd.Tests;

/// <summary>
/// What one delivered message costs the sidecar, counted where the service calls it. A number that grows fails; docs/decisions says what each
/// operation is for. Time passes as fast as it does, from the first second of a minute, so that both messages fall into the same one.
/// </summary>
public sealed class DeliveryCostTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly Dictionary<string, int> Most = new()
    {
        ["SaveState"] = 9,
        // The twelfth is the pause that replicas share, looked at every ten seconds.
        ["GetState"] = 12,
        ["PublishEvent"] = 4,
        ["StartInstance"] = 1,
        ["CompleteOrchestratorTask"] = 5,
        ["CompleteActivityTask"] = 2,
        ["RaiseEvent"] = 1,
    };

    /// <summary>How this test itself waits for the end.</summary>
    private static readonly string[] Waiting = ["WaitForInstanceCompletion", "GetInstance"];

    private readonly TimeProvider _clock = new StartingAt(VirtualSystem.Start.AddSeconds(1));

    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("smsdapr-cost-");
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly List<WebApplication> _hosts = [];
    private HttpClient _api = new();
    private IServiceProvider? _service;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivered_message_costs_no_more_than_is_written_down()
    {
        await SetUpUserAsync();

        // The first one pays for what is written once a day, an hour or a minute.
        await DeliverAsync("first");
        _calls.Clear();
        await DeliverAsync("second");
        var calls = _calls.Where(call => !Waiting.Contains(call)).GroupBy(call => call).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count());
        var history = await _service!.GetRequiredService<DaprWorkflowClient>().GetInstanceHistoryAsync("second", Cancellation);
        int Events(WorkflowHistoryEventType type) => history.Count(entry => entry.EventType == type);

        foreach (var (call, count) in calls)
            output.WriteLine($"{call}: {count}");
        output.WriteLine($"activities {Events(WorkflowHistoryEventType.TaskScheduled)}, timers {Events(WorkflowHistoryEventType.TimerCreated)}, events {Events(WorkflowHistoryEventType.EventRaised)}");

        Events(WorkflowHistoryEventType.TaskScheduled).ShouldBeLessThanOrEqualTo(2);
        Events(WorkflowHistoryEventType.TimerCreated).ShouldBeLessThanOrEqualTo(1);
        Events(WorkflowHistoryEventType.EventRaised).ShouldBeLessThanOrEqualTo(1);
        foreach (var (call, most) in Most)
            calls.GetValueOrDefault(call).ShouldBeLessThanOrEqualTo(most, call);
        calls.Keys.ShouldBeSubsetOf(Most.Keys);
    }

    public async ValueTask InitializeAsync()
    {
        WriteComponents();
        var sidecar = SidecarHost.Create(
            new SidecarOptions { AppId = "cost", HttpPort = 0, GrpcPort = 0, ResourcesPaths = [_directory.FullName], DataDirectory = _directory.FullName },
            _clock,
            new NoWork(),
            new StateFaults(),
            logging => logging.ClearProviders());
        sidecar.Use((context, next) =>
        {
            if (context.Request is { ContentType: "application/grpc", Path.Value: { } path })
                _calls.Enqueue(path[(path.LastIndexOf('/') + 1)..]);
            return next(context);
        });
        await StartAsync(sidecar);

        var simulator = SimulatorHost.Create(
            new SimulatorOptions { Port = 0, SentAfter = TimeSpan.FromSeconds(1), DeliveredAfter = TimeSpan.FromSeconds(2) },
            _clock,
            builder => builder.Logging.ClearProviders());
        await StartAsync(simulator);

        var url = $"http://127.0.0.1:{LocalProcess.FreePort()}";
        var service = ServiceHost.Create(
        [
            $"--urls={url}",
            "--Serilog:MinimumLevel:Default=Fatal",
            $"--DAPR_GRPC_ENDPOINT={SidecarAddresses.Of(sidecar).Grpc}",
            $"--Twilio:BaseUrl={simulator.Urls.Single()}",
            $"--Twilio:AccountSid={SimulatorOptions.DefaultAccountSid}",
            $"--Twilio:AuthToken={SimulatorOptions.DefaultAuthToken}",
            $"--Twilio:From={SimulatorOptions.DefaultSender}",
            $"--Twilio:PublicBaseUrl={url}",
            $"--Auth:ApiKeys:0:Key={LocalProcess.AdminKey}",
            "--Auth:ApiKeys:0:Roles:0=admin",
        ],
        builder => builder.Services.AddSingleton(_clock));
        await StartAsync(service);
        _service = service.Services;
        _api = new HttpClient { BaseAddress = new Uri(url) };
        _api.DefaultRequestHeaders.Authorization = new("Bearer", LocalProcess.AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        foreach (var host in Enumerable.Reverse(_hosts))
            await host.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task StartAsync(WebApplication host)
    {
        _hosts.Add(host);
        await host.StartAsync(Cancellation);
    }

    private async Task SetUpUserAsync()
    {
        await VirtualSystem.JsonAsync(await _api.PutAsJsonAsync("/v1/users/anna/phone", new { phoneNumber = "+12025550147", verified = true }, Cancellation));
        await VirtualSystem.JsonAsync(await _api.PatchAsJsonAsync("/v1/users/anna/preferences", new { quietHours = (string?)null }, Cancellation));
    }

    private async Task DeliverAsync(string id)
    {
        var sendAt = (_clock.GetUtcNow() + Ahead).UtcDateTime;
        await VirtualSystem.JsonAsync(await _api.PostAsJsonAsync("/v1/messages", new { id, userId = "anna", body = id, sendAt }, Cancellation));
        var end = await _service!.GetRequiredService<DaprWorkflowClient>().WaitForWorkflowCompletionAsync(id, getInputsAndOutputs: true, Cancellation);
        end.ReadOutputAs<string>().ShouldBe("final");
    }

    private void WriteComponents()
    {
        foreach (var (name, type) in new[] { ("statestore", "state.in-memory"), ("pubsub", "pubsub.in-memory") })
        {
            File.WriteAllText(Path.Combine(_directory.FullName, $"{name}.yaml"), $"""
                apiVersion: dapr.io/v1alpha1
                kind: Component
                metadata:
                  name: {name}
                spec:
                  type: {type}
                  version: v1
                  metadata: []
                """);
        }
    }

    /// <summary>Real time, moved.</summary>
    private sealed class StartingAt(DateTimeOffset start) : TimeProvider
    {
        private readonly long _begun = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => start + System.GetElapsedTime(_begun);
    }
}
