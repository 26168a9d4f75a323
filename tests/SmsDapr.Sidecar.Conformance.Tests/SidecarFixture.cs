using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using SmsDapr.Sidecar.Conformance.Tests.Workflows;
using SmsDapr.Sidecar.Hosting;
using DaprGrpc = Dapr.Client.Autogen.Grpc.v1.Dapr;

[assembly: AssemblyFixture(typeof(SmsDapr.Sidecar.Conformance.Tests.SidecarFixture))]

namespace SmsDapr.Sidecar.Conformance.Tests;

/// <summary>
/// The sidecar under test: the one at DAPR_HTTP_ENDPOINT and DAPR_GRPC_ENDPOINT when both are set, else the embedded one in this process.
/// CONFORMANCE_RESOURCES gives the embedded one other components of the same names, such as a PostgreSQL store. What a sidecar elsewhere
/// needs is in this project's README; a test of what it lacks is skipped with the reason.
/// </summary>
public class SidecarFixture : IAsyncLifetime
{
    public const string StateStore = "statestore";
    public const string PubSub = "pubsub";
    public const string SecretStore = "secrets";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(5);

    private readonly string _dataDirectory = Directory.CreateTempSubdirectory("smsdapr-conformance").FullName;
    private readonly string _resources;
    private readonly Lazy<Task<WorkflowApplication>> _workflows;
    private WebApplication? _embedded;
    private GrpcChannel? _channel;
    private HttpClient? _http;

    public SidecarFixture()
        : this(Environment.GetEnvironmentVariable("CONFORMANCE_RESOURCES") ?? Beside("Resources"))
    {
    }

    protected SidecarFixture(string resources)
    {
        _resources = resources;
        _workflows = new Lazy<Task<WorkflowApplication>>(() => WorkflowApplication.StartAsync(GrpcAddress!));
    }

    /// <summary>Why this sidecar cannot be had here, if it cannot.</summary>
    public virtual string? Missing => null;

    public HttpClient Http => _http!;

    public GrpcChannel Channel => _channel!;

    public DaprGrpc.DaprClient Grpc { get; private set; } = null!;

    /// <summary>Null: the sidecar elsewhere knows no application that these tests could be.</summary>
    public TestApplication? Application { get; private set; }

    public bool IsEmbedded => _embedded is not null;

    /// <summary>Where the sidecar's gRPC is; the client's and the worker's of workflows.</summary>
    public Uri? GrpcAddress { get; private set; }

    /// <summary>The sidecar runs elsewhere and has whatever components it was given there.</summary>
    protected static bool IsElsewhere => Endpoint("DAPR_HTTP_ENDPOINT") is not null && Endpoint("DAPR_GRPC_ENDPOINT") is not null;

    public virtual async ValueTask InitializeAsync()
    {
        if (Endpoint("DAPR_HTTP_ENDPOINT") is { } http && Endpoint("DAPR_GRPC_ENDPOINT") is { } grpc)
        {
            if (int.TryParse(Environment.GetEnvironmentVariable("CONFORMANCE_APP_PORT"), out var appPort))
                Application = await TestApplication.StartAsync(appPort);
            Connect(http, grpc);
        }
        else
        {
            Application = await TestApplication.StartAsync(0);
            var addresses = await StartEmbeddedAsync(Application.Port);
            Connect(addresses.Http, addresses.Grpc);
        }

        if (Application is not null)
            await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_workflows.IsValueCreated)
            await (await _workflows.Value).DisposeAsync();
        _http?.Dispose();
        _channel?.Dispose();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
        if (Application is not null)
            await Application.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Skips the test, with the reason, when the sidecar has no such component.</summary>
    public async Task RequireAsync(string component, string building)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var type = await TypeOfAsync(component);
        Assert.SkipWhen(type is null, $"the sidecar has no component '{component}'; Resources/components.yaml has the one that is meant");
        Assert.SkipUnless(type!.StartsWith(building, StringComparison.Ordinal), $"the sidecar's component '{component}' is a {type}, not a {building}");
    }

    /// <summary>The component's type, such as <c>state.redis</c>; null: there is none of this name.</summary>
    public async Task<string?> TypeOfAsync(string component)
    {
        var metadata = await Grpc.GetMetadataAsync(new GetMetadataRequest(), cancellationToken: TestContext.Current.CancellationToken);
        return metadata.RegisteredComponents.FirstOrDefault(registered => registered.Name == component)?.Type;
    }

    public TestApplication RequireApplication()
    {
        Assert.SkipWhen(Application is null, "CONFORMANCE_APP_PORT does not say which application port the sidecar was started with");
        return Application!;
    }

    /// <summary>The worker that runs the workflows of these tests, connected at the first call.</summary>
    public Task<WorkflowApplication> WorkflowsAsync() => _workflows.Value;

    protected static string Beside(string directory) => Path.Combine(AppContext.BaseDirectory, directory);

    private static Uri? Endpoint(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? new Uri(text) : null;

    private async Task<SidecarAddresses> StartEmbeddedAsync(int appPort)
    {
        _embedded = SidecarHost.Create(new SidecarOptions
        {
            AppId = "conformance",
            AppPort = appPort,
            HttpPort = 0,
            GrpcPort = 0,
            ResourcesPaths = [_resources],
            DataDirectory = _dataDirectory,
        });
        await _embedded.StartAsync();
        return SidecarAddresses.Of(_embedded);
    }

    private void Connect(Uri http, Uri grpc)
    {
        GrpcAddress = grpc;
        _http = new HttpClient { BaseAddress = http };
        _channel = GrpcChannel.ForAddress(grpc);
        Grpc = new DaprGrpc.DaprClient(_channel);
    }

    private async Task WaitUntilReadyAsync()
    {
        using var timeout = new CancellationTokenSource(ReadyTimeout);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!(await Http.GetAsync("/v1.0/healthz", timeout.Token)).IsSuccessStatusCode)
            await tick.WaitForNextTickAsync(timeout.Token);
    }
}
