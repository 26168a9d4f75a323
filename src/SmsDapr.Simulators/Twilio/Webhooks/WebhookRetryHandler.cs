using System.Net.Sockets;

namespace SmsDapr.Simulators.Twilio.Webhooks;

/// <summary>
/// Repeats a webhook as its overrides say. A handler, not a loop around the client: an outer handler that counts calls under way
/// then sees one unbroken call. Network timeouts run in real time, whatever the simulator's clock does.
/// </summary>
internal sealed class WebhookRetryHandler : DelegatingHandler
{
    public static readonly HttpRequestOptionsKey<ConnectionOverrides> Overrides = new("twilio-connection-overrides");

    /// <summary>Opens connections within the time that the request's own overrides allow.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var overrides = OverridesOf(context.InitialRequestMessage);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(overrides.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException("The connection was not made in time.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var overrides = OverridesOf(request);
        using var total = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        total.CancelAfter(overrides.TotalTimeout);
        for (var left = overrides.Retries; ; left--)
        {
            using var one = CancellationTokenSource.CreateLinkedTokenSource(total.Token);
            one.CancelAfter(overrides.ReadTimeout);
            try
            {
                var response = await base.SendAsync(request, one.Token);
                if (left == 0 || total.IsCancellationRequested || (overrides.RetryOn & Kind(response)) == 0)
                    return response;
                response.Dispose();
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException
                && left > 0 && !total.IsCancellationRequested && (overrides.RetryOn & Kind(failure)) != 0)
            {
                // The next round is the answer to this failure.
            }
        }
    }

    private static ConnectionOverrides OverridesOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(Overrides, out var overrides)
            ? overrides
            : throw new InvalidOperationException("A webhook request carries no connection overrides.");

    private static RetryOn Kind(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        >= 500 => RetryOn.ServerError,
        >= 400 => RetryOn.ClientError,
        _ => RetryOn.None,
    };

    private static RetryOn Kind(Exception failure) => failure is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    }
        ? RetryOn.Connect
        : RetryOn.Read;
}
