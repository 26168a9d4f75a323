using Dapr.DurableTask.Protobuf;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Dapr.Workflow.Registration;

/// <summary>A connection to one sidecar.</summary>
internal sealed class SidecarChannel : IDisposable
{
    private const string TokenHeader = "dapr-api-token";

    private readonly GrpcChannel _channel;

    public SidecarChannel(string endpoint, string? apiToken, GrpcChannelOptions? limits)
    {
        _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = limits?.MaxReceiveMessageSize,
            MaxSendMessageSize = limits?.MaxSendMessageSize,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                // Above the 8 s below which daprd closes connections that ping; a sidecar that vanished is noticed within 30 s.
                KeepAlivePingDelay = TimeSpan.FromSeconds(20),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            },
        });

        var invoker = string.IsNullOrEmpty(apiToken)
            ? _channel.CreateCallInvoker()
            : _channel.Intercept(headers =>
            {
                headers.Add(TokenHeader, apiToken);
                return headers;
            });
        TaskHub = new TaskHubSidecarService.TaskHubSidecarServiceClient(invoker);
    }

    public TaskHubSidecarService.TaskHubSidecarServiceClient TaskHub { get; }

    public void Dispose() => _channel.Dispose();
}
