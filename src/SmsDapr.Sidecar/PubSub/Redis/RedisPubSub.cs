using System.Collections.Concurrent;
using System.Text.Json;
using SmsDapr.Sidecar.Components;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.State;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>
/// <c>pubsub.redis</c>: streams with one consumer group per <c>consumerID</c>. A message is acknowledged once it has been handled, well or
/// not, as in daprd; only what a consumer left behind when it died or ran out of time is delivered again.
/// </summary>
internal sealed class RedisPubSub(ComponentSpec spec, string appId, TimeProvider clock, IWorkTracker work, ILoggerFactory loggers) : IPubSub
{
    private readonly ConfigurationOptions _options = ReadOptions(spec);
    private readonly RedisStreamSettings _settings = RedisStreamSettings.Read(spec, appId);
    private readonly ConcurrentDictionary<string, RedisStreamConsumer> _consumers = new(StringComparer.Ordinal);
    private ConnectionMultiplexer? _connection;

    public IReadOnlyList<string> Capabilities => [];

    private IDatabase Database => _connection?.GetDatabase() ?? throw new InvalidOperationException("The connection is not open.");

    public async Task OpenAsync(CancellationToken cancellationToken) =>
        _connection = await ConnectionMultiplexer.ConnectAsync(_options).WaitAsync(cancellationToken);

    public async Task PublishAsync(string topic, BrokerMessage message, CancellationToken cancellationToken)
    {
        using var unit = work.Begin();
        var id = await AddAsync(topic, message).WaitAsync(cancellationToken);
        if (_consumers.TryGetValue(topic, out var consumer))
            consumer.Expect(id);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, int together, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<RedisStreamConsumer>();
        var consumer = new RedisStreamConsumer(Database, _options, topic, _settings, handler, together, clock, work, logger);
        await consumer.StartAsync(cancellationToken);
        _consumers[topic] = consumer;
        return new Subscribed(consumer, () => _consumers.TryRemove(KeyValuePair.Create(topic, consumer)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    private static ConfigurationOptions ReadOptions(ComponentSpec spec)
    {
        var options = RedisConnection.Read(spec);
        // The client counts ending the wait of one's own blocking read among the administrator's commands.
        options.AllowAdmin = true;
        return options;
    }

    private async Task<StreamId> AddAsync(string topic, BrokerMessage message)
    {
        NameValueEntry[] fields =
        [
            new(RedisStreamEntry.DataField, message.Data),
            new(RedisStreamEntry.MetadataField, JsonSerializer.SerializeToUtf8Bytes(message.Metadata)),
        ];
        try
        {
            var id = await Database.StreamAddAsync(topic, fields, maxLength: _settings.MaxLength, useApproximateMaxLength: true);
            return StreamId.Parse(id.ToString());
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // Redis quotes commands in its own messages.
            throw new BrokerException($"Redis error {failure.GetType().Name}", failure);
        }
    }

    private sealed class Subscribed(RedisStreamConsumer consumer, Action leave) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            leave();
            await consumer.DisposeAsync();
        }
    }
}
