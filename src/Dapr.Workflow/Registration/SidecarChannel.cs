using Dapr.DurableTask.Protobuf;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Dapr.Workflow.Registration;

/// <summary>A connection to one sidecar.</summary>
internal sealed class SidecarChannel : IDisposable
{
    private const string TokenHeader = "dapr-api-token";

    // gRPC's own are 1 s and 2 min: after a long absence the sidecar would go unnoticed for minutes, however often the worker asks.
    private static readonly TimeSpan FirstReconnectBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestReconnectBackoff = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;

    public SidecarChannel(string endpoint, string? apiToken, GrpcChannelOptions? limits)
    {
        _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = limits?.MaxReceiveMessageSize,
            MaxSendMessageSize = limits?.MaxSendMessageSize,
            InitialReconnectBackoff = FirstReconnectBackoff,
            MaxReconnectBackoff = LongestReconnectBackoff,
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
