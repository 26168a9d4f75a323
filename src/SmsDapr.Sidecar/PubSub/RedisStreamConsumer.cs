using SmsDapr.Sidecar.Hosting;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub;

/// <summary>
/// Reads one stream for one group. The client shares a connection and so cannot block on a stream: it asks often while there is
/// something and less often while there is not. All of it in real time, since Redis has its own clock.
/// </summary>
internal sealed partial class RedisStreamConsumer : IAsyncDisposable
{
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly InFlight _inFlight = new();
    private readonly IDatabase _database;
    private readonly string _topic;
    private readonly RedisStreamSettings _settings;
    private readonly MessageHandler _handler;
    private readonly IWorkTracker _work;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots;
    private readonly Task _loop;
    private DateTimeOffset _nextReclaim;

    public RedisStreamConsumer(IDatabase database, string topic, RedisStreamSettings settings, MessageHandler handler, IWorkTracker work, ILogger logger)
    {
        _database = database;
        _topic = topic;
        _settings = settings;
        _handler = handler;
        _work = work;
        _logger = logger;
        _slots = new SemaphoreSlim(settings.Concurrency);
        _nextReclaim = TimeProvider.System.GetUtcNow();
        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await _inFlight.WhenDoneAsync(CancellationToken.None);
        _slots.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
                await Task.Delay(await RoundAsync(), TimeProvider.System, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogStopped(_topic);
        }
    }

    private async Task<TimeSpan> RoundAsync()
    {
        try
        {
            var abandoned = await ReclaimAsync();
            var fresh = await _database.StreamReadGroupAsync(_topic, _settings.ConsumerId, _settings.ConsumerId, StreamPosition.NewMessages, _settings.QueueDepth);
            foreach (var entry in abandoned.Concat(fresh))
            {
                await _slots.WaitAsync(_stopping.Token);
                _inFlight.Add(HandleAsync(entry));
            }

            return fresh.Length > 0 ? TimeSpan.Zero : IdleInterval;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            LogUnreadable(_topic, failure.GetType().Name);
            return RetryInterval;
        }
    }

    private async Task<StreamEntry[]> ReclaimAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        if (now < _nextReclaim || _settings.ProcessingTimeout == TimeSpan.Zero || _settings.RedeliverInterval == TimeSpan.Zero)
            return [];
        _nextReclaim = now + _settings.RedeliverInterval;
        var claimed = await _database.StreamAutoClaimAsync(
            _topic, _settings.ConsumerId, _settings.ConsumerId, (long)_settings.ProcessingTimeout.TotalMilliseconds, StreamPosition.Beginning, _settings.QueueDepth);
        return claimed.ClaimedEntries;
    }

    private async Task HandleAsync(StreamEntry entry)
    {
        using var unit = _work.Begin();
        try
        {
            if (await _handler((byte[]?)entry["data"] ?? []))
                await _database.StreamAcknowledgeAsync(_topic, _settings.ConsumerId, entry.Id);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // Not acknowledged: it comes again after the processing timeout.
            LogNotAcknowledged(_topic, failure.GetType().Name);
        }
        finally
        {
            _slots.Release();
        }
    }

    [LoggerMessage(EventId = 341, Level = LogLevel.Information, Message = "Stopped reading {Topic}")]
    private partial void LogStopped(string topic);

    [LoggerMessage(EventId = 342, Level = LogLevel.Warning, Message = "Redis could not be asked for events on {Topic}: {Failure}")]
    private partial void LogUnreadable(string topic, string failure);

    [LoggerMessage(EventId = 343, Level = LogLevel.Warning, Message = "An event on {Topic} was handled but not acknowledged: {Failure}")]
    private partial void LogNotAcknowledged(string topic, string failure);
}
