using NodaTime;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Twilio refuses the account, not a message: nothing is sent until a read succeeds. Probed after 60 s, doubling to 10 min,
/// by whichever message is due then. Kept per process: another replica finds out with one call of its own.
/// </summary>
internal sealed partial class SendingPause(TwilioClient twilio, IClock clock, ILogger<SendingPause> logger) : IDisposable
{
    private static readonly Duration FirstProbe = Duration.FromSeconds(60);
    private static readonly Duration LongestProbe = Duration.FromMinutes(10);

    private readonly SemaphoreSlim _oneProbe = new(1, 1);
    private volatile Pause? _pause;

    /// <summary>The account was just refused: pause, or keep the pause that is.</summary>
    public void Begin()
    {
        if (Interlocked.CompareExchange(ref _pause, new Pause(clock.GetCurrentInstant() + FirstProbe, FirstProbe), null) is null)
            LogPaused(logger);
    }

    /// <summary>When to look again; null when messages may be sent.</summary>
    public async Task<Instant?> PausedUntilAsync(CancellationToken cancellation)
    {
        if (_pause is null)
            return null;

        await _oneProbe.WaitAsync(cancellation);
        try
        {
            if (_pause is not { } pause || clock.GetCurrentInstant() < pause.ProbeAt)
                return _pause?.ProbeAt;

            if (await AnswersAsync(cancellation))
            {
                _pause = null;
                LogResumed(logger);
                return null;
            }

            var gap = Duration.Min(pause.Gap * 2, LongestProbe);
            _pause = new Pause(clock.GetCurrentInstant() + gap, gap);
            return _pause.ProbeAt;
        }
        finally
        {
            _oneProbe.Release();
        }
    }

    public void Dispose() => _oneProbe.Dispose();

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            return await twilio.ProbeAccountAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private sealed record Pause(Instant ProbeAt, Duration Gap);

    [LoggerMessage(3001, LogLevel.Error, "Twilio refuses the account; sending is paused until a read succeeds")]
    private static partial void LogPaused(ILogger logger);

    [LoggerMessage(3002, LogLevel.Information, "Twilio answers again; sending goes on")]
    private static partial void LogResumed(ILogger logger);
}
