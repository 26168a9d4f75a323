using System.Text.Json;
using Dapr.Common.Serialization;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;

namespace Dapr.Workflow.Registration;

/// <summary>Builds a <see cref="DaprWorkflowClient"/>.</summary>
/// <param name="configuration">Where endpoint and token come from when not given here; the environment is looked at after it.</param>
public sealed class DaprWorkflowClientBuilder(IConfiguration? configuration = null)
{
    private string? _endpoint;
    private string? _apiToken;
    private GrpcChannelOptions? _channelOptions;
    private IDaprSerializer? _serializer;
    private TimeSpan? _timeout;
    private SidecarChannel? _shared;

    /// <summary>Takes another sidecar than the one configured.</summary>
    /// <param name="grpcEndpoint">Such as <c>http://127.0.0.1:50001</c>.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        _endpoint = grpcEndpoint;
        return this;
    }

    /// <summary>Sends another <c>dapr-api-token</c> than the one configured.</summary>
    /// <param name="apiToken">The token.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseDaprApiToken(string apiToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(apiToken);
        _apiToken = apiToken;
        return this;
    }

    /// <summary>Takes the message size limits from these options; nothing else in them is used.</summary>
    /// <param name="grpcChannelOptions">Sizes in bytes; <see langword="null"/> is unlimited.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseGrpcChannelOptions(GrpcChannelOptions grpcChannelOptions)
    {
        ArgumentNullException.ThrowIfNull(grpcChannelOptions);
        _channelOptions = grpcChannelOptions;
        return this;
    }

    /// <summary>Reads and writes payloads as JSON with these options.</summary>
    /// <param name="options">To be the same as the worker's.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        _serializer = new JsonDaprSerializer(options);
        return this;
    }

    /// <summary>Reads and writes payloads with this serializer.</summary>
    /// <param name="serializer">To be the same as the worker's.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseSerializer(IDaprSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        _serializer = serializer;
        return this;
    }

    /// <summary>Reads and writes payloads as JSON with these options.</summary>
    /// <param name="jsonOptions">To be the same as the worker's.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions) => UseSerializer(new JsonDaprSerializer(jsonOptions));

    /// <summary>Limits every call but the waits, in real time; without it only the callers' tokens do.</summary>
    /// <param name="timeout">Above zero.</param>
    /// <returns>This builder.</returns>
    public DaprWorkflowClientBuilder UseTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        _timeout = timeout;
        return this;
    }

    /// <summary>Builds the client.</summary>
    /// <returns>A client for many calls; dispose it to close its connection.</returns>
    public DaprWorkflowClient Build()
    {
        var serializer = _serializer ?? new JsonDaprSerializer();
        if (_shared is not null && _endpoint is null && _apiToken is null && _channelOptions is null)
            return new DaprWorkflowClient(_shared.TaskHub, serializer, _timeout, ownedChannel: null);

        var channel = new SidecarChannel(
            _endpoint ?? DaprDefaults.GetDefaultGrpcEndpoint(configuration),
            _apiToken ?? DaprDefaults.GetDefaultDaprApiToken(configuration),
            _channelOptions);
        return new DaprWorkflowClient(channel.TaskHub, serializer, _timeout, channel);
    }

    /// <summary>Uses the worker's connection and serializer as far as nothing else is asked for.</summary>
    internal DaprWorkflowClientBuilder StartingFrom(SidecarChannel shared, IDaprSerializer serializer)
    {
        _shared = shared;
        _serializer = serializer;
        return this;
    }
}
