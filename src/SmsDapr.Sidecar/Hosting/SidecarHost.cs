using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Bindings;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Conversation;
using SmsDapr.Sidecar.PubSub;
using SmsDapr.Sidecar.PubSub.Delivery;
using SmsDapr.Sidecar.Secrets;
using SmsDapr.Sidecar.State;
using SmsDapr.Sidecar.Workflows;

namespace SmsDapr.Sidecar.Hosting;

/// <summary>Builds the embedded sidecar: HTTP/1.1 and cleartext HTTP/2 on two loopback ports.</summary>
public static class SidecarHost
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public static WebApplication Create(SidecarOptions options) =>
        Create(options, TimeProvider.System, NoWorkTracker.Instance, new StateFaults());

    /// <summary>
    /// Starting the result throws <see cref="SidecarStartException"/> when a resource file or component is at fault, and
    /// <see cref="IOException"/> when a port is taken; <see cref="SidecarAddresses.Of"/> tells the ports afterwards.
    /// </summary>
    public static WebApplication Create(
        SidecarOptions options,
        TimeProvider clock,
        IWorkTracker work,
        StateFaults faults,
        Action<ILoggingBuilder>? logging = null)
    {
        // An empty builder: the sidecar listens where its options say, whatever ASPNETCORE_URLS or an appsettings.json nearby ask for.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(SidecarHost).Assembly.GetName().Name });
        (logging ?? LogToConsole)(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.MaxBodySize;
            grpc.MaxSendMessageSize = options.MaxBodySize;
        });
        AddBuildingBlocks(builder.Services, options, clock, work, faults);

        var app = builder.Build();
        app.UseApiToken(options);
        app.UseDaprErrors();
        app.UseRouting();
        MapBuildingBlocks(app);
        return app;
    }

    /// <summary>
    /// Brings the application nothing new and waits for what it is working on, for a few seconds at most. For whoever stops the application
    /// before the sidecar: calls to one that is gone would fail.
    /// </summary>
    public static async Task StopDeliveriesAsync(WebApplication sidecar)
    {
        using var limit = new CancellationTokenSource(ShutdownTimeout);
        await sidecar.Services.GetRequiredService<AppConnection>().StopAsync(limit.Token);
    }

    private static void AddBuildingBlocks(IServiceCollection services, SidecarOptions options, TimeProvider clock, IWorkTracker work, StateFaults faults)
    {
        services.AddSingleton(options).AddSingleton(clock).AddSingleton(work).AddSingleton(faults);
        services.AddSingleton<ResourceLoader>().AddSingleton<ComponentTypes>().AddSingleton<ComponentRegistry>();
        services.AddHostedService<ComponentStartup>();
        services.AddSingleton<AppChannel>();

        services.AddSingleton<StateBlock>();
        services.AddDaprApi<StateApi>();
        services.AddSingleton<SecretsBlock>();
        services.AddDaprApi<SecretsApi>();
        services.AddDaprApi<MetadataApi>();

        services.AddSingleton<InboundRetries>();
        services.AddSingleton<IAppListener, InputBindings>();
        services.AddSingleton<PubSubBlock>().AddSingleton<SubscriptionBook>();
        services.AddSingleton<DeadLetters>().AddSingleton<EventAdmission>().AddSingleton<TopicDelivery>().AddSingleton<BulkDelivery>();
        services.AddSingleton<HttpEventSink>().AddSingleton<StreamingSubscriptions>().AddSingleton<Subscriptions>();
        services.AddSingleton<IAppListener>(provider => provider.GetRequiredService<Subscriptions>());
        services.AddSingleton<IMetadataSource>(provider => provider.GetRequiredService<Subscriptions>());
        services.AddDaprApi<PubSubApi>();
        services.AddDaprApi<BindingsApi>();
        services.AddDaprApi<ConversationApi>();
        services.AddDaprApi<FirstGeneration>();

        services.AddWorkflowEngine(options, clock, work);
        services.AddDaprApi<WorkflowMethods>();

        services.AddSingleton<AppConnection>().AddHostedService(provider => provider.GetRequiredService<AppConnection>());
    }

    private static void MapBuildingBlocks(WebApplication app)
    {
        app.MapHealth();
        app.MapState();
        app.MapSecrets();
        app.MapPubSub();
        app.MapBindings();
        ConversationApi.Map(app);
        FirstGeneration.Map(app);
        MetadataApi.Map(app);
        app.MapGrpcService<StateApi>();
        app.MapGrpcService<SecretsApi>();
        app.MapGrpcService<MetadataApi>();
        app.MapGrpcService<PubSubApi>();
        app.MapGrpcService<BindingsApi>();
        app.MapGrpcService<ConversationApi>();
        app.MapGrpcService<FirstGeneration>();

        app.MapWorkflowEngine();
        app.MapGrpcService<WorkflowMethods>();
    }

    private static void Listen(KestrelServerOptions kestrel, SidecarOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodySize;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Listen(IPAddress.Loopback, options.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(IPAddress.Loopback, options.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
    }

    private static void LogToConsole(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
        .AddFilter("Grpc", LogLevel.Warning);
}
