using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration.Memory;
using SmsDapr.Local.Clock;
using SmsDapr.Service.Hosting;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;
using SmsDapr.Simulators;

namespace SmsDapr.Local;

/// <summary>Simulators, embedded sidecar and service in one process, talking to each other over real HTTP and gRPC.</summary>
internal static class LocalHost
{
    public const string AdminKey = "dev-admin-key";
    public const string UserKey = "dev-user-key";

    private const string AppId = "smsdapr";

    /// <summary>Logs a failed start with its stack trace; the start says why in one line instead.</summary>
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    // The simulator takes any; this is what one looks like.
    private const string VerifyServiceSid = "VA00000000000000000000000000000000";

    public static async Task<int> RunAsync(LocalOptions options, CancellationToken cancellation)
    {
        try
        {
            await RunHostsAsync(WithPorts(options), cancellation);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } line)
        {
            await Console.Error.WriteLineAsync(line);
            return 1;
        }
    }

    private static async Task RunHostsAsync(LocalOptions options, CancellationToken cancellation)
    {
        var work = new WorkCounter();
        using var virtualClock = options.VirtualClock is { } start ? new VirtualClock(start, work) : null;
        var clock = virtualClock ?? TimeProvider.System;
        var faults = new StateFaults();
        Action<WebApplicationBuilder> track = virtualClock is null ? static _ => { } : builder => builder.TrackWork(work);
        await using var held = Hold(options.DataDirectory);

        await using var simulators = options.Simulators ? CreateSimulators(options, clock, track) : null;
        await using var sidecar = SidecarHost.Create(SidecarOptions(options), clock, work, faults, LogProblems);
        await using var service = ServiceHost.Create(
            [],
            builder =>
            {
                Configure(builder, options);
                builder.Services.AddSingleton(clock);
                track(builder);
            },
            app =>
            {
                if (virtualClock is not null)
                {
                    app.MapClock(virtualClock, faults);
                }
            });

        WebApplication[] hosts = simulators is null ? [sidecar, service] : [simulators, sidecar, service];
        try
        {
            await StartAsync(hosts, simulators, work, cancellation);
            await ServeAsync(options, clock, service, cancellation);
        }
        finally
        {
            // Also after a start that failed halfway: what already talks to each other is to part in order.
            await SidecarHost.StopDeliveriesAsync(sidecar);
            foreach (var host in hosts.Reverse())
                await host.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>One process per data directory; the lock goes with the process, however that ends.</summary>
    private static FileStream Hold(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailure($"--data-dir: '{directory}' cannot be used, perhaps because another SmsDapr.Local runs on it ({e.Message})");
        }
    }

    private static async Task ServeAsync(LocalOptions options, TimeProvider clock, WebApplication service, CancellationToken cancellation)
    {
        var demo = options.Demo ? new Demo(options.ServiceUrl, options.Simulators ? new Uri($"http://127.0.0.1:{options.SimulatorPort}") : null, Console.Out) : null;
        if (demo is not null)
            await demo.PrepareAsync(cancellation);
        Banner.Print(options);
        var delivery = demo?.RunAsync(clock, service.Lifetime.ApplicationStopping);

        await AskedToStopAsync(service.Lifetime, cancellation);
        if (delivery is not null)
            await delivery;
    }

    /// <summary>One unit of work: a clock must not move between the service's start and what the simulators still have to bring it.</summary>
    private static async Task StartAsync(IEnumerable<WebApplication> hosts, WebApplication? simulators, WorkCounter work, CancellationToken cancellation)
    {
        using var starting = work.Begin();
        foreach (var host in hosts)
            await host.StartAsync(cancellation);
        if (simulators is not null)
            SimulatorHost.Resume(simulators);
    }

    private static async Task AskedToStopAsync(IHostApplicationLifetime lifetime, CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopping = lifetime.ApplicationStopping.Register(asked.SetResult);
        await using var cancelled = cancellation.Register(lifetime.StopApplication);
        await asked.Task;
    }

    private static WebApplication CreateSimulators(LocalOptions options, TimeProvider clock, Action<WebApplicationBuilder> track) =>
        SimulatorHost.Create(
            new SimulatorOptions
            {
                Port = options.SimulatorPort,
                DataDirectory = Path.Combine(options.DataDirectory, "simulators"),
                ResumeOnStart = false,
                InboundUrl = $"{options.ServiceUrl.GetLeftPart(UriPartial.Authority)}/webhooks/twilio/inbound#rc=3&rp=ct,rt,5xx",
            },
            clock,
            track);

    /// <summary>The service tells the story; of its neighbours only problems are news.</summary>
    private static void LogProblems(ILoggingBuilder logging) =>
        logging.AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter(HostCategory, LogLevel.None);

    private static SidecarOptions SidecarOptions(LocalOptions options) => new()
    {
        AppId = AppId,
        AppPort = options.ServiceUrl.Port,
        HttpPort = options.DaprHttpPort,
        GrpcPort = options.DaprGrpcPort,
        ResourcesPaths = [options.ResourcesPath],
        DataDirectory = options.DataDirectory,
    };

    private static void Configure(WebApplicationBuilder builder, LocalOptions options)
    {
        builder.WebHost.UseUrls(options.ServiceUrl.GetLeftPart(UriPartial.Authority));
        var url = options.ServiceUrl.GetLeftPart(UriPartial.Authority);
        var simulator = new SimulatorOptions();
        var standard = new Dictionary<string, string?>
        {
            // The banner says where things are.
            ["Serilog:MinimumLevel:Override:Microsoft.Hosting.Lifetime"] = "Warning",
            ["Twilio:AccountSid"] = simulator.AccountSid,
            ["Twilio:AuthToken"] = simulator.AuthToken,
            ["Twilio:From"] = simulator.Sender,
            ["Twilio:VerifyServiceSid"] = VerifyServiceSid,
            ["Twilio:PublicBaseUrl"] = url,
            ["GoogleCalendar:PublicBaseUrl"] = url,
            ["Auth:ApiKeys:dev-admin:Key"] = AdminKey,
            ["Auth:ApiKeys:dev-admin:Name"] = "dev-admin",
            ["Auth:ApiKeys:dev-admin:Roles:0"] = "admin",
            ["Auth:ApiKeys:dev-user:Key"] = UserKey,
            ["Auth:ApiKeys:dev-user:Name"] = "dev-user",
            ["Auth:ApiKeys:dev-user:Roles:0"] = "user",
            ["Auth:ApiKeys:dev-user:UserId"] = Demo.UserId,
        };
        if (options.Simulators)
        {
            standard["Twilio:BaseUrl"] = $"http://127.0.0.1:{options.SimulatorPort}";
            standard["Twilio:VerifyBaseUrl"] = $"http://127.0.0.1:{options.SimulatorPort}";
            standard["GoogleCalendar:BaseUrl"] = $"http://127.0.0.1:{options.SimulatorPort}/calendar/v3";
            standard["GoogleCalendar:TokenUrl"] = $"http://127.0.0.1:{options.SimulatorPort}/token";
            standard["GoogleCalendar:ClientId"] = simulator.ClientId;
            standard["GoogleCalendar:ClientSecret"] = simulator.ClientSecret;
            // For users who connect a calendar without a refresh token.
            standard["GoogleCalendar:ServiceAccountKeyFile"] = DemoServiceAccount.EnsureKeyFile(options.DataDirectory);
            // The simulator's feeds lie on this machine.
            standard["CalendarFeeds:AllowPrivateAddresses"] = "true";
        }
        else if (string.IsNullOrEmpty(builder.Configuration["Twilio:BaseUrl"]))
            throw new StartFailure("Twilio:BaseUrl: --no-simulators needs the address of the provider (environment: Twilio__BaseUrl).");

        // Lowest priority, so that everything can be overridden; the sidecar's address is ours and nobody else's.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = standard });
        builder.Configuration.AddInMemoryCollection(
        [
            new("DAPR_HTTP_ENDPOINT", $"http://127.0.0.1:{options.DaprHttpPort}"),
            new("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{options.DaprGrpcPort}"),
        ]);
    }

    /// <summary>The hosts must know each other's ports before they start, so a 0 becomes a free port here.</summary>
    private static LocalOptions WithPorts(LocalOptions options) => options with
    {
        ServiceUrl = options.ServiceUrl.Port == 0 ? new UriBuilder(options.ServiceUrl) { Port = FreePort() }.Uri : options.ServiceUrl,
        DaprHttpPort = options.DaprHttpPort == 0 ? FreePort() : options.DaprHttpPort,
        DaprGrpcPort = options.DaprGrpcPort == 0 ? FreePort() : options.DaprGrpcPort,
        SimulatorPort = options.SimulatorPort == 0 ? FreePort() : options.SimulatorPort,
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
