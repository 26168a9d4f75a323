using NodaTime;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Calendar;

/// <summary>
/// Follows calendars after the request that called for it was answered, one run per user at a time; what comes in during a run leads to one more. Holds nothing
/// that would be lost with the process: what is owed is in the connection, and the cron job finds it.
/// </summary>
internal sealed partial class CalendarQueue(CalendarFollower follower, BackgroundWork work, TimeProvider time, IClock clock, ILogger<CalendarQueue> logger)
    : IHostedService, IDisposable
{
    private const int ParallelUsers = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Run> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _later = new(StringComparer.Ordinal);
    private readonly BurstPause _bursts = new();
    private readonly SemaphoreSlim _urgent = new(ParallelUsers);
    private readonly SemaphoreSlim _routine = new(ParallelUsers);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Sees to a user's calendar as soon as possible; completes when that is done, whatever came of it.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="isUrgent">Whether somebody waits for it, so that it goes ahead of what the cron jobs asked for.</param>
    public Task Enqueue(string userId, bool isUrgent)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return Task.CompletedTask;
            if (_later.Remove(userId, out var timer))
                timer.Dispose();
            if (_runs.TryGetValue(userId, out var running))
            {
                running.Again = true;
                return running.Finished;
            }

            var run = new Run { Unit = work.Begin() };
            _runs[userId] = run;
            return run.Finished = Task.Run(() => RunAsync(userId, run, isUrgent));
        }
    }

    /// <summary>Sees to a user's calendar at a time, unless something else calls for it before.</summary>
    public void EnqueueAt(string userId, Instant at)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            if (_later.Remove(userId, out var earlier))
                earlier.Dispose();
            var wait = Duration.Max(at - clock.GetCurrentInstant(), Duration.FromMilliseconds(1));
            _later[userId] = time.CreateTimer(_ => Enqueue(userId, isUrgent: false), null, wait.ToTimeSpan(), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Completes when nobody sees to a user's calendar any more.</summary>
    public Task FollowedAsync(string userId)
    {
        lock (_gate)
            return _runs.TryGetValue(userId, out var run) ? run.Finished : Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_gate)
        {
            _stopping.Cancel();
            foreach (var timer in _later.Values)
                timer.Dispose();
            running = [.. _runs.Values.Select(run => run.Finished)];
        }

        await Task.WhenAll(running).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _urgent.Dispose();
        _routine.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(string userId, Run run, bool isUrgent)
    {
        using var unit = run.Unit;
        var room = isUrgent ? _urgent : _routine;
        try
        {
            do
            {
                run.Again = false;
                if (isUrgent)
                    await _bursts.WaitAsync(userId, _stopping.Token);
                await room.WaitAsync(_stopping.Token);
                try
                {
                    await FollowAsync(userId);
                }
                finally
                {
                    room.Release();
                }
            }
            while (!IsOver(userId, run));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The connection says what is owed.
        }
    }

    private async Task FollowAsync(string userId)
    {
        try
        {
            if (await follower.FollowAsync(userId, _stopping.Token) is { } again)
                EnqueueAt(userId, again);
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stopping.IsCancellationRequested)
        {
            // What is owed stays owed: in a minute, or with the next cron job.
            LogFailed(logger, userId, e.GetType().Name);
            EnqueueAt(userId, clock.GetCurrentInstant() + Duration.FromMinutes(1));
        }
    }

    private bool IsOver(string userId, Run run)
    {
        lock (_gate)
            return !run.Again && _runs.Remove(userId);
    }

    [LoggerMessage(5030, LogLevel.Warning, "The calendar of {UserId} could not be followed ({Failure}); it is tried again")]
    private static partial void LogFailed(ILogger logger, string userId, string failure);

    private sealed class Run
    {
        public IDisposable? Unit { get; init; }

        public bool Again { get; set; }

        public Task Finished { get; set; } = Task.CompletedTask;
    }
}

/// <summary>Pushes come in bursts: the first is followed at once, the rest of a burst together. They are network traffic, so the pause is real time on any clock.</summary>
internal sealed class BurstPause
{
    private const int Remembered = 1000;

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(400);

    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    public async Task WaitAsync(string userId, CancellationToken cancellation)
    {
        var pause = Left(userId);
        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, TimeProvider.System, cancellation);
        lock (_last)
        {
            if (_last.Count >= Remembered)
            {
                foreach (var (other, at) in _last.ToList())
                {
                    if (TimeProvider.System.GetElapsedTime(at) > Spacing)
                        _last.Remove(other);
                }
            }

            _last[userId] = TimeProvider.System.GetTimestamp();
        }
    }

    private TimeSpan Left(string userId)
    {
        lock (_last)
            return _last.TryGetValue(userId, out var last) ? Spacing - TimeProvider.System.GetElapsedTime(last) : TimeSpan.Zero;
    }
}
