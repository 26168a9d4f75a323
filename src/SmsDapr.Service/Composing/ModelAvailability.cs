using NodaTime;

namespace SmsDapr.Service.Composing;

/// <summary>
/// Whether the model is worth asking. After three failures in a row it is left alone for a minute, doubling to ten, with a single try in between;
/// a component that does not exist is looked for every ten minutes.
/// </summary>
internal sealed class ModelAvailability(IClock clock)
{
    private const int Tolerated = 3;

    private static readonly Duration FirstPause = Duration.FromMinutes(1);
    private static readonly Duration LongestPause = Duration.FromMinutes(10);

    private readonly Lock _gate = new();
    private int _failures;
    private bool _absent;
    private Duration _pause = FirstPause;
    private Instant _notBefore = Instant.MinValue;

    /// <summary>Whether to ask now. While it is failing, whoever hears yes is the only one for the length of a pause.</summary>
    public bool MayAsk()
    {
        lock (_gate)
        {
            var now = clock.GetCurrentInstant();
            if (now < _notBefore)
                return false;
            if (_failures >= Tolerated)
                _notBefore = now + FirstPause;
            return true;
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _failures = 0;
            _absent = false;
            _pause = FirstPause;
            _notBefore = Instant.MinValue;
        }
    }

    /// <summary>True when this failure begins or lengthens a pause.</summary>
    public bool Failed()
    {
        lock (_gate)
        {
            _failures++;
            if (_failures < Tolerated)
                return false;
            _notBefore = clock.GetCurrentInstant() + _pause;
            _pause = Duration.Min(_pause * 2, LongestPause);
            return true;
        }
    }

    /// <summary>True the first time.</summary>
    public bool Absent()
    {
        lock (_gate)
        {
            _notBefore = clock.GetCurrentInstant() + LongestPause;
            var first = !_absent;
            _absent = true;
            return first;
        }
    }
}
