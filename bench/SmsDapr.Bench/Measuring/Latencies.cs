namespace SmsDapr.Bench.Measuring;

/// <summary>All samples of a series; percentiles by nearest rank, none estimated.</summary>
internal sealed class Latencies
{
    private readonly Lock _gate = new();
    private readonly List<TimeSpan> _samples = [];
    private bool _sorted;

    public int Count
    {
        get
        {
            lock (_gate)
                return _samples.Count;
        }
    }

    public TimeSpan Least => Percentile(0);

    public void Add(TimeSpan sample)
    {
        lock (_gate)
        {
            _samples.Add(sample);
            _sorted = false;
        }
    }

    public void Clear()
    {
        lock (_gate)
            _samples.Clear();
    }

    public TimeSpan Percentile(double percent)
    {
        lock (_gate)
        {
            if (!_sorted)
                _samples.Sort();
            _sorted = true;
            return _samples[Math.Max(0, (int)Math.Ceiling(percent / 100 * _samples.Count) - 1)];
        }
    }
}
