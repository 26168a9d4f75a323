using System.Globalization;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>
/// Waits in Redis for new entries of one stream, on a connection of its own: a blocking read holds up everything behind it. So an idle
/// subscription costs one command in <see cref="Wait"/>, and an entry is read as soon as it is there.
/// </summary>
internal sealed class RedisStreamReader(IDatabase control, ConfigurationOptions options, string topic, RedisStreamSettings settings) : IAsyncDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private ConnectionMultiplexer? _connection;
    private long _clientId;

    public async Task<RedisStreamEntry[]> ReadAsync(CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(cancellationToken);
        var reply = await database.ExecuteAsync(
            "XREADGROUP", "GROUP", settings.ConsumerId, settings.ConsumerId, "COUNT", settings.QueueDepth,
            "BLOCK", ((long)Wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "STREAMS", topic, ">");
        return RedisStreamEntry.ReadReply(reply);
    }

    /// <summary>Ends the wait in Redis, so that nothing is handed to a connection that is about to close.</summary>
    public async Task WakeAsync()
    {
        if (_connection is not null && _clientId != 0)
            await control.ExecuteAsync("CLIENT", "UNBLOCK", _clientId.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The next read begins on a new connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _connection = null;
    }

    private async Task<IDatabase> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            var own = options.Clone();
            own.AsyncTimeout = (int)(Wait + Margin).TotalMilliseconds;
            own.Protocol = RedisProtocol.Resp2; // In the newer protocol the reply has another shape.
            own.CommandMap = CommandMap.Create(["SUBSCRIBE"], available: false);
            _connection = await ConnectionMultiplexer.ConnectAsync(own).WaitAsync(cancellationToken);
            _clientId = await ReadClientIdAsync(_connection.GetDatabase());
        }

        return _connection.GetDatabase();
    }

    /// <summary>0: the user may not ask; then closing waits until the read has ended by itself.</summary>
    private static async Task<long> ReadClientIdAsync(IDatabase database)
    {
        try
        {
            return (long)await database.ExecuteAsync("CLIENT", "ID");
        }
        catch (RedisServerException refusal) when (refusal.Message.StartsWith("NOPERM", StringComparison.Ordinal))
        {
            return 0;
        }
    }
}
