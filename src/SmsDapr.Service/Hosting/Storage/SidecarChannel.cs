using Grpc.Core;
using Grpc.Net.Client;
using SmsDapr.Service.Hosting.Options;
using DaprRuntime = Dapr.Client.Autogen.Grpc.v1.Dapr;

namespace SmsDapr.Service.Hosting.Storage;

/// <summary>The one gRPC channel to the sidecar that state and health share.</summary>
internal sealed class SidecarChannel : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Metadata? _headers;

    public SidecarChannel(DaprOptions options)
    {
        _channel = GrpcChannel.ForAddress(options.GrpcEndpoint, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                // A connection carries about a hundred calls at a time.
                EnableMultipleHttp2Connections = true,
                ConnectTimeout = TimeSpan.FromSeconds(2),
                KeepAlivePingDelay = TimeSpan.FromSeconds(60),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                UseProxy = false,
            },
            DisposeHttpClient = true,
        });
        _headers = options.ApiToken is { } token ? new Metadata { { "dapr-api-token", token } } : null;
        Dapr = new DaprRuntime.DaprClient(_channel);
    }

    public DaprRuntime.DaprClient Dapr { get; }

    /// <summary>Deadlines are the network's, in real time, whatever clock the service runs on.</summary>
    public CallOptions Call(TimeSpan timeout, CancellationToken cancellation) =>
        new(_headers, TimeProvider.System.GetUtcNow().UtcDateTime + timeout, cancellation);

    public void Dispose() => _channel.Dispose();
}
