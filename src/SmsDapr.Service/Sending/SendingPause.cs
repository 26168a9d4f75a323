using NodaTime;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Reporting.Alerts;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Twilio refuses the account, not a message: nothing is sent until a read succeeds. Probed after 60 s, doubling to 10 min, by
/// whichever message is due then. One document says so to all replicas, which read it once in a while: whoever has not heard yet
/// finds out with one call of its own.
/// </summary>
internal sealed partial class SendingPause(
    TwilioClient twilio, IDocumentStore documents, AlertBook alerts, IClock clock, ILogger<SendingPause> logger) : IDisposable
{
    private const string Key = "sending-pause";

    private static readonly Duration FirstProbe = Duration.FromSeconds(60);
    private static readonly Duration LongestProbe = Duration.FromMinutes(10);

    /// <summary>A probe is over by then, also one whose process died.</summary>
    private static readonly Duration ProbeLease = Duration.FromSeconds(30);

    private static readonly Duration Fresh = Duration.FromSeconds(10);

    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly SemaphoreSlim _one = new(1, 1);
    private Pause? _known;
    private Instant _readAt = Instant.MinValue;

    /// <summary>The account was just refused: pause, or keep the pause that is.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var began = false;
        var stored = await documents.UpdateAsync<Pause>(
            Key,
            current =>
            {
                began = current?.ProbeAt is null;
                return began ? new Pause(now + FirstProbe, FirstProbe) : null;
            },
            cancellation);
        Remember(stored);
        if (began)
        {
            LogPaused(logger);
            await RaiseAsync(cancellation);
        }
    }

    /// <summary>When to look again; null when messages may be sent.</summary>
    public async Task<Instant?> PausedUntilAsync(CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        if (IsFresh(now) && _known?.ProbeAt is null)
            return null;

        await _one.WaitAsync(cancellation);
        try
        {
            now = clock.GetCurrentInstant();
            if (!IsFresh(now) || now >= _known?.ProbeAt)
                Remember((await documents.FindAsync<Pause>(Key, cancellation))?.Value);
            return _known switch
            {
                { ProbeAt: { } probeAt } pause when now >= probeAt => await ProbeAsync(pause, now, cancellation),
                _ => _known?.ProbeAt,
            };
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>When it will be looked at again, as far as it is known; null when nothing is paused. Asks nobody and changes nothing.</summary>
    public async Task<Instant?> PeekAsync(CancellationToken cancellation) =>
        (await documents.FindAsync<Pause>(Key, cancellation))?.Value.ProbeAt;

    public void Dispose() => _one.Dispose();

    private bool IsFresh(Instant now) => now >= _readAt && now - _readAt < Fresh;

    private void Remember(Pause? pause)
    {
        _known = pause;
        _readAt = clock.GetCurrentInstant();
    }

    private async Task<Instant?> ProbeAsync(Pause pause, Instant now, CancellationToken cancellation)
    {
        // Short, so that a message that meets a probe under way hears of its success soon.
        var lease = pause with { ProbeAt = now + ProbeLease, Prober = _replica };
        var stored = await documents.UpdateAsync<Pause>(Key, current => current == pause ? lease : null, cancellation);
        Remember(stored);
        if (stored != lease)
            return stored?.ProbeAt;

        var gap = Duration.Min(pause.Gap * 2, LongestProbe);
        var answers = await AnswersAsync(cancellation);

        // Before the pause ends: after a crash in between, the next probe does both again.
        await (answers ? alerts.ResolveAsync(AlertKind.Account, cancellation) : RaiseAsync(cancellation));
        var next = answers ? Pause.None : new Pause(clock.GetCurrentInstant() + gap, gap);
        Remember(await documents.UpdateAsync<Pause>(Key, current => current == lease ? next : null, cancellation));
        if (next.ProbeAt is null)
            LogResumed(logger);
        return _known?.ProbeAt;
    }

    /// <summary>Sending must not hang on its alert; every probe that fails raises it again.</summary>
    private async Task RaiseAsync(CancellationToken cancellation)
    {
        try
        {
            await alerts.RaiseAsync(AlertKind.Account, value: 1, threshold: 0, cancellation);
        }
        catch (SidecarUnavailableException e)
        {
            LogNotAlerted(logger, e.GetType().Name);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            return await twilio.ProbeAccountAsync(cancellation);
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            return false;
        }
    }

    /// <summary>Until <paramref name="ProbeAt"/> nothing is sent; null: there is no pause. <paramref name="Prober"/> is the replica that probes just now.</summary>
    private sealed record Pause(Instant? ProbeAt, Duration Gap, string? Prober = null)
    {
        // Emptied instead of deleted: deleting could hit the next pause.
        public static Pause None { get; } = new(null, Duration.Zero);
    }

    [LoggerMessage(3001, LogLevel.Error, "Twilio refuses the account; sending is paused until a read succeeds")]
    private static partial void LogPaused(ILogger logger);

    [LoggerMessage(3003, LogLevel.Error, "The alert about the account could not be opened ({Failure}); the next probe tries again")]
    private static partial void LogNotAlerted(ILogger logger, string failure);

    [LoggerMessage(3002, LogLevel.Information, "Twilio answers again; sending goes on")]
    private static partial void LogResumed(ILogger logger);
}
