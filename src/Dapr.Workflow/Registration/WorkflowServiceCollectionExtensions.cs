using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Worker;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dapr.Workflow;

/// <summary>Registers the workflow worker and client.</summary>
public static class WorkflowServiceCollectionExtensions
{
    /// <summary>
    /// Adds a worker for this host and <see cref="DaprWorkflowClient"/>. The worker runs every workflow and activity that the loaded assemblies
    /// declare, under the short names of their types: classes that are neither abstract nor generic and can be seen in their assembly.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) =>
        services.AddDaprWorkflow(options => DeclaredTypes.Register(options, AppDomain.CurrentDomain.GetAssemblies()));

    /// <summary>Adds a worker for this host and <see cref="DaprWorkflowClient"/>.</summary>
    /// <remarks>
    /// Both talk to the sidecar at <c>DAPR_GRPC_ENDPOINT</c>, or else on port <c>DAPR_GRPC_PORT</c> (50001) of localhost, with <c>DAPR_API_TOKEN</c>;
    /// each is looked up in <see cref="IConfiguration"/> first, then in the environment. Called twice, the registrations add up.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Registers workflows and activities.</param>
    /// <param name="lifetime">Of the client.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is not a lifetime.</exception>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddDaprWorkflowBuilder(services, configure, configureClient: null, lifetime).Services;
    }

    /// <summary>As <see cref="AddDaprWorkflow(IServiceCollection, Action{WorkflowRuntimeOptions}, ServiceLifetime)"/>, with more to set.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configureRuntime">Registers workflows and activities.</param>
    /// <param name="configureClient">Changes the client only; the worker keeps to the configuration.</param>
    /// <param name="lifetime">Of the client.</param>
    /// <returns>What else can be set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is not a lifetime.</exception>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions>? configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!Enum.IsDefined(lifetime))
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "Not a service lifetime.");

        var options = services.FirstOrDefault(static service => service.ServiceType == typeof(WorkflowRuntimeOptions))?.ImplementationInstance
            as WorkflowRuntimeOptions;
        if (options is null)
            services.AddSingleton(options = new WorkflowRuntimeOptions());
        configureRuntime?.Invoke(options);

        services.AddLogging();
        services.TryAddSingleton<IDaprSerializer, JsonDaprSerializer>();
        services.TryAddSingleton(WorkerClock.Real);
        services.TryAddSingleton(static provider => new SidecarChannel(
            DaprDefaults.GetDefaultGrpcEndpoint(provider.GetService<IConfiguration>()),
            DaprDefaults.GetDefaultDaprApiToken(provider.GetService<IConfiguration>()),
            provider.GetRequiredService<WorkflowRuntimeOptions>().GrpcChannelOptions));
        services.TryAddSingleton<WorkItemRunner>();
        services.AddHostedService<WorkflowWorker>();
        services.TryAdd(new ServiceDescriptor(typeof(DaprWorkflowClient), CreateClient, lifetime));
        return new DaprWorkflowBuilder(services);

        object CreateClient(IServiceProvider provider)
        {
            var builder = new DaprWorkflowClientBuilder(provider.GetService<IConfiguration>())
                .StartingFrom(provider.GetRequiredService<SidecarChannel>(), provider.GetRequiredService<IDaprSerializer>());
            configureClient?.Invoke(provider, builder);
            return builder.Build();
        }
    }

    /// <summary>What <see cref="AddDaprWorkflowBuilder"/> leaves to be set.</summary>
    public readonly struct DaprWorkflowBuilder : IDaprWorkflowBuilder
    {
        internal DaprWorkflowBuilder(IServiceCollection services) => Services = services;

        /// <inheritdoc/>
        public IServiceCollection Services { get; }

        /// <summary>Reads and writes all payloads, of worker and client, with this serializer.</summary>
        /// <param name="serializer">Writes <see langword="null"/> as an empty text and reads that as <see langword="default"/>.</param>
        /// <returns>This builder.</returns>
        public DaprWorkflowBuilder WithSerializer(IDaprSerializer serializer)
        {
            ArgumentNullException.ThrowIfNull(serializer);
            Services.Replace(ServiceDescriptor.Singleton(serializer));
            return this;
        }

        /// <summary>Reads and writes all payloads, of worker and client, as JSON with these options.</summary>
        /// <param name="jsonOptions">The JSON options.</param>
        /// <returns>This builder.</returns>
        public DaprWorkflowBuilder WithJsonSerializer(JsonSerializerOptions jsonOptions) => WithSerializer(new JsonDaprSerializer(jsonOptions));

        /// <summary>Limits the size of messages to and from the sidecar.</summary>
        /// <param name="maxReceiveMessageSize">Bytes; <see langword="null"/> is unlimited.</param>
        /// <param name="maxSendMessageSize">Bytes; <see langword="null"/> is unlimited.</param>
        /// <returns>This builder.</returns>
        public DaprWorkflowBuilder WithGrpcMessageSizeLimits(int? maxReceiveMessageSize = null, int? maxSendMessageSize = null)
        {
            var options = (WorkflowRuntimeOptions)Services.Single(static service => service.ServiceType == typeof(WorkflowRuntimeOptions)).ImplementationInstance!;
            options.UseGrpcChannelOptions(new GrpcChannelOptions { MaxReceiveMessageSize = maxReceiveMessageSize, MaxSendMessageSize = maxSendMessageSize });
            return this;
        }
    }
}
