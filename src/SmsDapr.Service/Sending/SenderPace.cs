using NodaTime;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Sending;

/// <summary>
/// How fast the sender may go: <c>Sms:MessagesPerSecond</c>, and slower when Twilio says that it is too fast. Looked at before
/// an attempt is begun, so a message that has to wait spends none. Kept per process.
/// </summary>
internal sealed partial class SenderPace(SmsOptions options, IClock clock, ILogger<SenderPace> logger)
{
    /// <summary>One refusal is about one message; that many in a row, without an acceptance in between, are about the sender.</summary>
    private const int RefusalsInARow = 3;

    private const int ManyTurns = 1_000;

    private static readonly Duration FirstRest = Duration.FromSeconds(5);
    private static readonly Duration LongestRest = Duration.FromSeconds(60);
    private static readonly Duration TurnKept = Duration.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Instant> _turns = new(StringComparer.Ordinal);
    private Instant _nextTurn = Instant.MinValue;
    private Instant _restUntil = Instant.MinValue;
    private Duration _rest = Duration.Zero;
    private int _refusals;

    /// <summary>When it is this message's turn; null when it is now. Each message waits for one turn at most.</summary>
    public Instant? WaitUntil(string messageId)
    {
        lock (_gate)
        {
            var now = clock.GetCurrentInstant();
            if (now < _restUntil)
                return _restUntil;
            if (options.MessagesPerSecond == 0)
                return null;

            if (!_turns.Remove(messageId, out var turn))
            {
                turn = Instant.Max(now, _nextTurn);
                _nextTurn = turn + (Duration.FromSeconds(1) / options.MessagesPerSecond);
            }

            if (turn <= now)
                return null;
            Forget(now);
            _turns[messageId] = turn;
            return turn;
        }
    }

    public void Accepted()
    {
        lock (_gate)
        {
            _refusals = 0;
            _rest = Duration.Zero;
        }
    }

    /// <summary>Twilio refused a message for the rate or the queue of its sender.</summary>
    public void RateLimited()
    {
        lock (_gate)
        {
            var now = clock.GetCurrentInstant();
            if (++_refusals < RefusalsInARow || now < _restUntil)
                return;
            _rest = _rest == Duration.Zero ? FirstRest : Duration.Min(_rest * 2, LongestRest);
            _restUntil = now + _rest;
            LogRests(logger, _rest);
        }
    }

    /// <summary>Messages that were cancelled never come for their turn.</summary>
    private void Forget(Instant now)
    {
        if (_turns.Count < ManyTurns)
            return;
        foreach (var (messageId, turn) in _turns)
        {
            if (turn + TurnKept < now)
                _turns.Remove(messageId);
        }
    }

    [LoggerMessage(3020, LogLevel.Warning, "Twilio keeps refusing the sender for its rate; it rests for {Duration}")]
    private static partial void LogRests(ILogger logger, Duration duration);
}
