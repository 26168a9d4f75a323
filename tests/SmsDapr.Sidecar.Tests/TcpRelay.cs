using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SmsDapr.Sidecar.Tests;

/// <summary>Stands between a sidecar and a server, so that a test can make the server disappear and come back at the same address.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly string _host;
    private readonly int _port;
    private readonly ConcurrentDictionary<TcpClient, byte> _connections = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public TcpRelay(string host, int port)
    {
        _host = host;
        _port = port;
        Restore();
    }

    public int Port { get; private set; }

    public void Restore()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Breaks every connection and refuses new ones.</summary>
    public async Task CutAsync()
    {
        _listener!.Dispose();
        await _accepting;
        foreach (var connection in _connections.Keys)
            connection.Dispose();
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = RelayAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The listener was closed: connections that are open stay until they are cut.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(_host, _port);
            _connections[client] = 0;
            _connections[server] = 0;
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException)
        {
            // One side is gone, and so is the other below.
        }
        finally
        {
            _connections.TryRemove(client, out _);
            _connections.TryRemove(server, out _);
            client.Dispose();
        }
    }
}
