using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>
/// <c>pubsub.redis</c>: streams with one consumer group per <c>consumerID</c>. A message is acknowledged once it has been handled, well or
/// not, as in daprd; only what a dead consumer left behind is delivered again.
/// </summary>
internal sealed partial class RedisPubSub(ComponentSpec spec, string appId, IWorkTracker work, ILogger<RedisPubSub> logger) : IPubSub
{
    private readonly ConfigurationOptions _options = RedisConnection.Read(spec);
    private readonly RedisStreamSettings _settings = RedisStreamSettings.Read(spec, appId);
    private ConnectionMultiplexer? _connection;

    public IReadOnlyList<string> Capabilities => [];

    private IDatabase Database => _connection?.GetDatabase() ?? throw new InvalidOperationException("The connection is not open.");

    public async Task OpenAsync(CancellationToken cancellationToken) =>
        _connection = await ConnectionMultiplexer.ConnectAsync(_options).WaitAsync(cancellationToken);

    public Task PublishAsync(string topic, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => Database
        .StreamAddAsync(topic, "data", message, maxLength: _settings.MaxLength, useApproximateMaxLength: true)
        .WaitAsync(cancellationToken);

    public async Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, CancellationToken cancellationToken)
    {
        try
        {
            await Database.StreamCreateConsumerGroupAsync(topic, _settings.ConsumerId, StreamPosition.Beginning, createStream: true).WaitAsync(cancellationToken);
        }
        catch (RedisServerException exists) when (exists.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            GroupExists(topic);
        }

        return new RedisStreamConsumer(Database, topic, _settings, handler, work, logger);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    [LoggerMessage(EventId = 340, Level = LogLevel.Debug, Message = "The consumer group of {Topic} exists already")]
    private partial void GroupExists(string topic);
}

internal sealed record RedisStreamSettings(
    string ConsumerId,
    TimeSpan ProcessingTimeout,
    TimeSpan RedeliverInterval,
    int QueueDepth,
    int Concurrency,
    int? MaxLength)
{
    public static RedisStreamSettings Read(ComponentSpec spec, string appId) => new(
        spec.Text("consumerID") ?? appId,
        spec.Duration("processingTimeout", TimeSpan.FromSeconds(60)),
        spec.Duration("redeliverInterval", TimeSpan.FromSeconds(15)),
        spec.Number("queueDepth", 100),
        spec.Number("concurrency", 10),
        spec.Text("maxLenApprox") is null ? null : spec.Number("maxLenApprox", 0));
}
