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
    /// <summary>Adds a worker for this host and <see cref="DaprWorkflowClient"/>.</summary>
    /// <remarks>
    /// Both talk to the sidecar at <c>DAPR_GRPC_ENDPOINT</c>, or else on port <c>DAPR_GRPC_PORT</c> (50001) of localhost, with <c>DAPR_API_TOKEN</c>;
    /// each is looked up in <see cref="IConfiguration"/> first, then in the environment. Called twice, the registrations add up.
    /// </remarks>
    /// <param name="serviceCollection">The host's services.</param>
    /// <param name="configure">Registers workflows and activities.</param>
    /// <param name="lifetime">Of the client.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is not a lifetime.</exception>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection serviceCollection, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddDaprWorkflowBuilder(serviceCollection, configure, configureClient: null, lifetime).Services;
    }

    /// <summary>As <see cref="AddDaprWorkflow"/>, with more to set.</summary>
    /// <param name="serviceCollection">The host's services.</param>
    /// <param name="configureRuntime">Registers workflows and activities.</param>
    /// <param name="configureClient">Changes the client only; the worker keeps to the configuration.</param>
    /// <param name="lifetime">Of the client.</param>
    /// <returns>What else can be set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lifetime"/> is not a lifetime.</exception>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection serviceCollection,
        Action<WorkflowRuntimeOptions>? configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(serviceCollection);
        if (!Enum.IsDefined(lifetime))
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "Not a service lifetime.");

        var options = serviceCollection.FirstOrDefault(static service => service.ServiceType == typeof(WorkflowRuntimeOptions))?.ImplementationInstance
            as WorkflowRuntimeOptions;
        if (options is null)
            serviceCollection.AddSingleton(options = new WorkflowRuntimeOptions());
        configureRuntime?.Invoke(options);

        serviceCollection.AddLogging();
        serviceCollection.TryAddSingleton<IDaprSerializer, JsonDaprSerializer>();
        serviceCollection.TryAddSingleton(WorkerClock.Real);
        serviceCollection.TryAddSingleton(static services => new SidecarChannel(
            DaprDefaults.GetDefaultGrpcEndpoint(services.GetService<IConfiguration>()),
            DaprDefaults.GetDefaultDaprApiToken(services.GetService<IConfiguration>()),
            services.GetRequiredService<WorkflowRuntimeOptions>().GrpcChannelOptions));
        serviceCollection.TryAddSingleton<WorkItemRunner>();
        serviceCollection.AddHostedService<WorkflowWorker>();
        serviceCollection.TryAdd(new ServiceDescriptor(typeof(DaprWorkflowClient), CreateClient, lifetime));
        return new DaprWorkflowBuilder(serviceCollection);

        object CreateClient(IServiceProvider services)
        {
            var builder = new DaprWorkflowClientBuilder(services.GetService<IConfiguration>())
                .StartingFrom(services.GetRequiredService<SidecarChannel>(), services.GetRequiredService<IDaprSerializer>());
            configureClient?.Invoke(services, builder);
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
