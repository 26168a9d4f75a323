using System.Net.Sockets;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.Hosting;

/// <summary>The HTTP channel to the application beside the sidecar.</summary>
internal sealed class AppChannel : IDisposable
{
    // Generous: a handler may plan for many users. It only has to be finite.
    public static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    private readonly SidecarOptions _options;
    private readonly HttpClient _client;
    private volatile bool _ready;

    public AppChannel(SidecarOptions options)
    {
        _options = options;
        _ready = options.AppPort is null;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri($"http://{options.AppChannelAddress}:{options.AppPort ?? 1}/"),
            Timeout = CallTimeout,
        };
    }

    /// <summary>The application listens and gets its events, or there is no application.</summary>
    public bool IsReady => _ready;

    public bool Exists => _options.AppPort is not null;

    /// <summary>Returns once the application listens. Sockets have no clock but the real one.</summary>
    public async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        while (!await ListensAsync(cancellationToken))
            await Task.Delay(ProbeInterval, TimeProvider.System, cancellationToken);
    }

    public void MarkReady() => _ready = true;

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(method, path.TrimStart('/')) { Content = content }, cancellationToken);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_options.AppApiToken is { } token)
            request.Headers.TryAddWithoutValidation(ApiTokenCheck.Header, token);
        return await _client.SendAsync(request, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(_options.AppChannelAddress, _options.AppPort!.Value, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
