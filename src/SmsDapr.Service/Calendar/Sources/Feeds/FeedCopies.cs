namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>
/// Feeds fetched a moment ago: the full round that follows a change, and looking for single events right after it, must not fetch them again.
/// </summary>
internal sealed class FeedCopies(TimeProvider time)
{
    private const int MostCopies = 16;

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (FeedCopy Copy, long At)> _copies = new(StringComparer.Ordinal);

    public FeedCopy? Find(string address)
    {
        lock (_gate)
        {
            if (!_copies.TryGetValue(address, out var held))
                return null;
            if (time.GetElapsedTime(held.At) < Life)
                return held.Copy;
            _copies.Remove(address);
            return null;
        }
    }

    public void Keep(string address, FeedCopy copy)
    {
        lock (_gate)
        {
            _copies[address] = (copy, time.GetTimestamp());
            if (_copies.Count > MostCopies)
                _copies.Remove(_copies.MinBy(pair => pair.Value.At).Key);
        }
    }
}
