using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SmsDapr.Sidecar.Hosting;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>Reads one stream for one group: new entries as they come, and from time to time what others left half-done.</summary>
internal sealed partial class RedisStreamConsumer : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly InFlight _inFlight = new();
    private readonly ConcurrentDictionary<StreamId, byte> _handling = new();
    private readonly IDatabase _database;
    private readonly string _topic;
    private readonly RedisStreamSettings _settings;
    private readonly MessageHandler _handler;
    private readonly TimeProvider _clock;
    private readonly IWorkTracker _work;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots;
    private readonly RedisStreamReader _reader;
    private readonly ExpectedEntries _expected;
    private readonly PendingEntries _pending;
    private ITimer? _redelivery;
    private Task _loop = Task.CompletedTask;

    public RedisStreamConsumer(
        IDatabase database,
        ConfigurationOptions options,
        string topic,
        RedisStreamSettings settings,
        MessageHandler handler,
        int together,
        TimeProvider clock,
        IWorkTracker work,
        ILogger logger)
    {
        _database = database;
        _topic = topic;
        _settings = settings;
        _handler = handler;
        _clock = clock;
        _work = work;
        _logger = logger;
        _slots = new SemaphoreSlim(Math.Max(settings.Concurrency, together));
        _reader = new RedisStreamReader(database, options, topic, settings);
        _expected = new ExpectedEntries(work);
        _pending = new PendingEntries(database, topic, settings, clock);
    }

    /// <summary>A server that is away just now is waited for; what is published meanwhile is read from the stream's beginning.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(CreateGroupAsync).WaitAsync(cancellationToken);
        _loop = Task.Run(RunAsync, CancellationToken.None);
        if (_settings.Redelivers)
            _redelivery = _clock.CreateTimer(_ => Redeliver(), null, TimeSpan.Zero, _settings.RedeliverInterval);
    }

    /// <summary>This process has published an entry that comes back to it, unless another consumer of the group gets it.</summary>
    public void Expect(StreamId id) => _expected.Add(id);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_redelivery is not null)
            await _redelivery.DisposeAsync();
        await TryAsync(_reader.WakeAsync);
        await _loop;
        await _reader.DisposeAsync();
        await _inFlight.WhenDoneAsync(CancellationToken.None);
        _pending.Dispose();
        _slots.Dispose();
        _stopping.Dispose();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The loop must outlive every failure of a round.")]
    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var before = _expected.Last;
            try
            {
                var entries = await _reader.ReadAsync(_stopping.Token);
                var read = entries.Select(entry => (Entry: entry, Work: new WorkUnit(_work))).ToArray();
                _expected.ReachedUpTo(entries.Length > 0 ? entries[^1].Id : before);
                foreach (var (entry, unit) in read)
                    await BeginAsync(entry, unit);
            }
            catch (RedisServerException lost) when (lost.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
            {
                LogGroupLost(_topic);
                if (!await TryAsync(CreateGroupAsync))
                    await PauseAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                // Whatever it was: a subscription that silently ends would be worse than one that tries again.
                LogReadFailed(failure, _topic);
                _expected.ReachedUpTo(before);
                await _reader.DisposeAsync();
                await PauseAsync();
            }
        }

        _expected.ReachedUpTo(_expected.Last);
        LogStopped(_topic);
    }

    // Sockets have no clock but the real one.
    private async Task PauseAsync() =>
        await Task.Delay(RetryInterval, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<bool> TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return true;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            LogUnreadable(_topic, failure.GetType().Name);
            return false;
        }
    }

    private async Task CreateGroupAsync()
    {
        try
        {
            await _database.StreamCreateConsumerGroupAsync(_topic, _settings.ConsumerId, StreamPosition.Beginning, createStream: true);
        }
        catch (RedisServerException exists) when (exists.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            LogGroupExists(_topic);
        }
    }

    // In the timer's callback the work begins, so that a virtual clock waits for it.
    private void Redeliver()
    {
        var unit = new WorkUnit(_work);
        _inFlight.Add(Task.Run(() => RedeliverAsync(unit)));
    }

    private async Task RedeliverAsync(WorkUnit unit)
    {
        using (unit)
        {
            try
            {
                foreach (var entry in await _pending.ClaimOverdueAsync(_handling.ContainsKey))
                {
                    LogRedelivered(_topic);
                    await BeginAsync(entry, new WorkUnit(_work));
                }
            }
            catch (Exception failure) when (failure is RedisException or TimeoutException)
            {
                LogUnreadable(_topic, failure.GetType().Name);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                LogStopped(_topic);
            }
        }
    }

    private async Task BeginAsync(RedisStreamEntry entry, WorkUnit unit)
    {
        _handling[entry.Id] = 0;
        try
        {
            await _slots.WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Read but not begun: it stays pending in Redis and comes again.
            _handling.TryRemove(entry.Id, out _);
            unit.Dispose();
            throw;
        }

        _inFlight.Add(HandleAsync(entry, unit));
    }

    private async Task HandleAsync(RedisStreamEntry entry, WorkUnit unit)
    {
        using var outOfTime = _settings.Redelivers ? new CancellationTokenSource(_settings.ProcessingTimeout, _clock) : new CancellationTokenSource();
        try
        {
            if (await _handler(entry.Message, unit, outOfTime.Token))
                await _database.StreamAcknowledgeAsync(_topic, _settings.ConsumerId, entry.Id.ToString());
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // Not acknowledged: it comes again after the processing timeout.
            LogNotAcknowledged(_topic, failure.GetType().Name);
        }
        finally
        {
            _handling.TryRemove(entry.Id, out _);
            _slots.Release();
            unit.Dispose();
        }
    }

    [LoggerMessage(EventId = 340, Level = LogLevel.Debug, Message = "The consumer group of {Topic} exists already")]
    private partial void LogGroupExists(string topic);

    [LoggerMessage(EventId = 341, Level = LogLevel.Information, Message = "Stopped reading {Topic}")]
    private partial void LogStopped(string topic);

    [LoggerMessage(EventId = 342, Level = LogLevel.Warning, Message = "Redis could not be asked for events on {Topic}: {Failure}")]
    private partial void LogUnreadable(string topic, string failure);

    [LoggerMessage(EventId = 343, Level = LogLevel.Warning, Message = "An event on {Topic} was handled but not acknowledged: {Failure}")]
    private partial void LogNotAcknowledged(string topic, string failure);

    [LoggerMessage(EventId = 344, Level = LogLevel.Warning, Message = "Redis has lost the consumer group of {Topic}; it is made again")]
    private partial void LogGroupLost(string topic);

    [LoggerMessage(EventId = 346, Level = LogLevel.Warning, Message = "Events on {Topic} could not be read; trying again")]
    private partial void LogReadFailed(Exception exception, string topic);

    [LoggerMessage(EventId = 345, Level = LogLevel.Warning, Message = "An event on {Topic} is delivered again: whoever had it did not finish")]
    private partial void LogRedelivered(string topic);
}
