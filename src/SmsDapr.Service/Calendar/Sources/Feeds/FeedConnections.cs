using System.Net;
using System.Net.Sockets;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>
/// Connects to feeds. The address is checked here, after the name was resolved and for every connection anew, so that neither a name that
/// points inwards nor one that changes its mind reaches what only this machine can.
/// </summary>
internal sealed class FeedConnections(CalendarFeedOptions options)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    public SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would connect in our place, unchecked.
        UseProxy = false,
        ConnectTimeout = ConnectLimit,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = ConnectAsync,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = options.AllowPrivateAddresses ? addresses : [.. addresses.Where(PublicAddress.Is)];
        if (allowed.Length == 0)
            throw new AddressNotAllowedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The feed lies where users may not send us.</summary>
internal sealed class AddressNotAllowedException() : IOException("The address is not public.");
