using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmsDapr.Sidecar.Hosting;
using SmsDapr.Sidecar.PubSub;
using SmsDapr.Sidecar.PubSub.Redis;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.Tests.PubSub;

/// <summary>Redis Streams against a real server, on the sidecar's clock.</summary>
public sealed class RedisPubSubTests : IAsyncLifetime
{
    private const string Group = "app";

    private static readonly string? Host = Environment.GetEnvironmentVariable("REDIS_HOST");

    private readonly string _topic = $"topic-{Guid.NewGuid():N}";
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly WorkCounter _work = new();
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private RedisPubSub _bus = null!;
    private ConnectionMultiplexer _redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Host), "needs a server: REDIS_HOST is not set");
        _redis = await ConnectionMultiplexer.ConnectAsync($"{Host},allowAdmin=true");
        _bus = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is null)
            return;
        await _redis.GetDatabase().KeyDeleteAsync(_topic);
        await _bus.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task An_event_is_work_from_the_publish_until_it_is_handled()
    {
        var release = new TaskCompletionSource<bool>();
        await using var subscription = await _bus.SubscribeAsync(_topic, (message, _, _) => HoldAsync(message, release.Task), 1, Cancellation);

        await PublishAsync("one");
        _work.Active.ShouldBeGreaterThan(0);
        await _received.Reader.ReadAsync(Cancellation);
        _work.Active.ShouldBeGreaterThan(0);
        release.SetResult(true);

        await _work.WhenIdleAsync(Cancellation);
        (await PendingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_event_for_nobody_here_is_no_work()
    {
        await PublishAsync("one");

        _work.Active.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_dead_consumer_left_behind_is_delivered_after_the_processing_timeout()
    {
        var database = _redis.GetDatabase();
        await PublishAsync("left behind");
        await database.StreamCreateConsumerGroupAsync(_topic, Group, "0");
        (await database.StreamReadGroupAsync(_topic, Group, "the-dead-one", ">")).Length.ShouldBe(1);

        await using var subscription = await SubscribeAsync();
        await _work.WhenIdleAsync(Cancellation);
        _received.Reader.TryRead(out _).ShouldBeFalse();
        await TickAsync(TimeSpan.FromSeconds(45));
        _received.Reader.TryRead(out _).ShouldBeFalse();
        await TickAsync(TimeSpan.FromSeconds(15));

        (await _received.Reader.ReadAsync(Cancellation)).ShouldBe("left behind");
        await _work.WhenIdleAsync(Cancellation);
        (await PendingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_redelivery_interval_it_stays_where_it_is()
    {
        await using var bus = await OpenAsync(("redeliverInterval", "0"));
        var database = _redis.GetDatabase();
        await PublishAsync("left behind");
        await database.StreamCreateConsumerGroupAsync(_topic, Group, "0");
        await database.StreamReadGroupAsync(_topic, Group, "the-dead-one", ">");

        await using var subscription = await bus.SubscribeAsync(_topic, RecordAsync, 1, Cancellation);
        await TickAsync(TimeSpan.FromMinutes(10));

        _received.Reader.TryRead(out _).ShouldBeFalse();
        (await PendingAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_handler_that_takes_longer_than_the_processing_timeout_is_abandoned_and_the_event_comes_again()
    {
        var attempts = 0;
        await using var subscription = await _bus.SubscribeAsync(
            _topic,
            async (message, work, cancellation) =>
            {
                await RecordAsync(message, work, cancellation);
                if (Interlocked.Increment(ref attempts) > 1)
                    return true;
                await work.PauseAsync(TimeSpan.FromHours(1), _clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return !cancellation.IsCancellationRequested;
            },
            1,
            Cancellation);

        await PublishAsync("slow");
        await _received.Reader.ReadAsync(Cancellation);
        await _work.WhenIdleAsync(Cancellation);
        // The look that finds it idle comes a processing timeout after the first look that saw it pending.
        for (var tick = 0; tick < 12 && Volatile.Read(ref attempts) == 1; tick++)
            await TickAsync(TimeSpan.FromSeconds(15));

        (await _received.Reader.ReadAsync(Cancellation)).ShouldBe("slow");
        await _work.WhenIdleAsync(Cancellation);
        (await PendingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_event_that_is_being_handled_is_not_delivered_twice()
    {
        var release = new TaskCompletionSource<bool>();
        await using var bus = await OpenAsync(("processingTimeout", "1ms"), ("redeliverInterval", "15s"));
        await using var subscription = await bus.SubscribeAsync(_topic, (message, _, _) => HoldAsync(message, release.Task), 1, Cancellation);
        await PublishAsync("one");
        await _received.Reader.ReadAsync(Cancellation);

        _clock.Advance(TimeSpan.FromMinutes(10));
        release.SetResult(true);

        await _work.WhenIdleAsync(Cancellation);
        _received.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_group_that_the_server_lost_is_made_again()
    {
        await using var subscription = await SubscribeAsync();
        await PublishAsync("before");
        await _received.Reader.ReadAsync(Cancellation);

        await _redis.GetDatabase().KeyDeleteAsync(_topic);
        await PublishAsync("after");

        (await _received.Reader.ReadAsync(Cancellation)).ShouldBe("after");
    }

    [Fact]
    public async Task An_idle_subscription_waits_in_redis_instead_of_asking_again_and_again()
    {
        await using var subscription = await SubscribeAsync();
        await PublishAsync("one");
        await _received.Reader.ReadAsync(Cancellation);
        await _work.WhenIdleAsync(Cancellation);

        (await BlockedClientsAsync()).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Closing_does_not_wait_for_the_blocking_read_and_hands_nothing_to_it()
    {
        var subscription = await SubscribeAsync();
        await PublishAsync("one");
        await _received.Reader.ReadAsync(Cancellation);

        await subscription.DisposeAsync();
        await PublishAsync("two");

        (await PendingAsync()).ShouldBe(0);
    }

    private async Task<RedisPubSub> OpenAsync(params (string Name, string Value)[] metadata)
    {
        var spec = Specs.Of("pubsub.redis", [("redisHost", Host!), .. metadata]);
        var bus = new RedisPubSub(spec, Group, _clock, _work, NullLoggerFactory.Instance);
        await bus.OpenAsync(Cancellation);
        return bus;
    }

    private Task<IAsyncDisposable> SubscribeAsync() => _bus.SubscribeAsync(_topic, RecordAsync, 1, Cancellation);

    private Task PublishAsync(string text) =>
        _bus.PublishAsync(_topic, new BrokerMessage(Encoding.UTF8.GetBytes(text), new Dictionary<string, string>()), Cancellation);

    private async Task<bool> RecordAsync(BrokerMessage message, WorkUnit work, CancellationToken cancellation)
    {
        await _received.Writer.WriteAsync(Encoding.UTF8.GetString(message.Data.Span), Cancellation);
        return true;
    }

    private async Task<bool> HoldAsync(BrokerMessage message, Task<bool> release)
    {
        await _received.Writer.WriteAsync(Encoding.UTF8.GetString(message.Data.Span), Cancellation);
        return await release;
    }

    private async Task TickAsync(TimeSpan time)
    {
        _clock.Advance(time);
        await _work.WhenIdleAsync(Cancellation);
    }

    private async Task<long> PendingAsync() => (await _redis.GetDatabase().StreamPendingAsync(_topic, Group)).PendingMessageCount;

    private async Task<int> BlockedClientsAsync()
    {
        var clients = await _redis.GetServer(_redis.GetEndPoints()[0]).InfoRawAsync("clients");
        return int.Parse(clients!.Split('\n').Single(line => line.StartsWith("blocked_clients:", StringComparison.Ordinal)).Split(':')[1]);
    }
}
