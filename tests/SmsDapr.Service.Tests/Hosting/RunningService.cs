using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Service.Hosting;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;

[assembly: AssemblyFixture(typeof(SmsDapr.Service.Tests.Hosting.RunningService))]

namespace SmsDapr.Service.Tests.Hosting;

/// <summary>The whole service on a free port beside an embedded sidecar with a state store in memory, and a clock that tests move.</summary>
public sealed class RunningService : IAsyncLifetime
{
    public const string AdminKey = "key-of-admin";
    public const string ServiceKey = "key-of-service";
    public const string SidecarToken = "token-of-sidecar";

    private static readonly string[] Users = ["anna", "ben", "carla", "greedy"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("smsdapr-");
    private WebApplication? _sidecar;
    private WebApplication? _service;

    internal StateFaults Faults { get; } = new();

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 8, 12, 0, 0, TimeSpan.Zero));

    internal IServiceProvider Services => _service!.Services;

    internal Uri GrpcAddress => SidecarAddresses.Of(_sidecar!).Grpc;

    internal HttpClient Anonymous { get; private set; } = new();

    /// <summary>Runs on every request that the service makes of the sidecar.</summary>
    internal Func<Microsoft.AspNetCore.Http.HttpContext, Func<Task>, Task> OnSidecarCall { get; set; } = (_, next) => next();

    public static string KeyOf(string userId) => $"key-of-{userId}";

    public async ValueTask InitializeAsync()
    {
        _sidecar = await StartSidecarAsync();
        _service = await StartServiceAsync(GrpcAddress);
        Anonymous = new HttpClient { BaseAddress = new Uri(_service.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        if (_service is not null)
            await _service.DisposeAsync();
        if (_sidecar is not null)
            await _sidecar.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    internal Task<WebApplication> StartServiceAsync(Uri grpc, params string[] settings) => StartServiceAsync(grpc, _ => { }, settings);

    internal async Task<WebApplication> StartServiceAsync(Uri grpc, Action<WebApplicationBuilder> configure, params string[] settings)
    {
        var service = ServiceHost.Create(
            [.. Settings(grpc), .. settings],
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(Clock);
                configure(builder);
            });
        await service.StartAsync();
        return service;
    }

    internal async Task<(System.Net.HttpStatusCode Status, JsonObject Body)> SendAsync(string? key, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        if (body is not null)
            request.Content = body is string json ? new StringContent(json, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        using var response = await Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    private async Task<WebApplication> StartSidecarAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "statestore.yaml"), """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.in-memory
              version: v1
              metadata: []
            """);
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "pubsub.yaml"), """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: pubsub
            spec:
              type: pubsub.in-memory
              version: v1
              metadata: []
            """);
        var secrets = Path.Combine(_directory.FullName, "secrets.json");
        await File.WriteAllTextAsync(secrets, """{"twilio":{"accountSid":"AC-from-store","authToken":"token-from-store"}}""");
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "secrets.yaml"), $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: secrets
            spec:
              type: secretstores.local.file
              version: v1
              metadata:
                - name: secretsFile
                  value: "{{secrets}}"
                - name: multiValued
                  value: "true"
            """);
        var options = new SidecarOptions
        {
            AppId = "service-tests",
            HttpPort = 0,
            GrpcPort = 0,
            ResourcesPaths = [_directory.FullName],
            DataDirectory = _directory.FullName,
        };
        var sidecar = SidecarHost.Create(options, TimeProvider.System, NoWork.Instance, Faults, logging => logging.ClearProviders());
        sidecar.Use((context, next) => OnSidecarCall(context, () => next(context)));
        await sidecar.StartAsync();
        return sidecar;
    }

    private static IEnumerable<string> Settings(Uri grpc)
    {
        yield return "--urls=http://127.0.0.1:0";
        yield return "--Serilog:MinimumLevel:Default=Fatal";
        yield return "--Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime=Fatal";
        yield return $"--DAPR_GRPC_ENDPOINT={grpc}";
        yield return $"--APP_API_TOKEN={SidecarToken}";
        // Nobody: no test reaches the real one.
        yield return "--Twilio:BaseUrl=http://127.0.0.1:1";
        yield return "--Twilio:VerifyBaseUrl=http://127.0.0.1:1";
        yield return "--Twilio:AccountSid=AC0";
        yield return "--Twilio:AuthToken=token";
        yield return "--Twilio:From=+15005550006";
        yield return "--Twilio:PublicBaseUrl=https://sms.example.org";
        yield return $"--Auth:ApiKeys:0:Key={AdminKey}";
        yield return "--Auth:ApiKeys:0:Roles:0=admin";
        yield return $"--Auth:ApiKeys:1:Key={ServiceKey}";
        yield return "--Auth:ApiKeys:1:Roles:0=service";
        foreach (var user in Users)
        {
            yield return $"--Auth:ApiKeys:{user}:Key={KeyOf(user)}";
            yield return $"--Auth:ApiKeys:{user}:Roles:0=user";
            yield return $"--Auth:ApiKeys:{user}:UserId={user}";
        }
    }

    private sealed class NoWork : IWorkTracker, IDisposable
    {
        public static readonly NoWork Instance = new();

        public IDisposable Begin() => this;

        public void Dispose()
        {
        }
    }
}
