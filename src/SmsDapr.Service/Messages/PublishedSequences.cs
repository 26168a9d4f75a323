namespace SmsDapr.Service.Messages;

/// <summary>
/// How far this process has published the timelines of messages. Bounded: messages whose last change another replica stores would stay for ever.
/// What is forgotten is published once more.
/// </summary>
internal sealed class PublishedSequences
{
    internal const int GenerationSize = 50_000;

    private readonly Lock _gate = new();
    private Dictionary<string, long> _current = new(StringComparer.Ordinal);
    private Dictionary<string, long> _previous = new(StringComparer.Ordinal);

    /// <summary>The later of what is known here and what the record says.</summary>
    public long Of(string messageId, long stored)
    {
        lock (_gate)
        {
            var known = _current.TryGetValue(messageId, out var sequence) ? sequence : _previous.GetValueOrDefault(messageId);
            return Math.Max(known, stored);
        }
    }

    public void Add(string messageId, long sequence)
    {
        lock (_gate)
        {
            if (_current.Count >= GenerationSize)
                (_previous, _current) = (_current, new(StringComparer.Ordinal));
            _current[messageId] = sequence;
        }
    }

    /// <summary>The message has ended; nothing more will come.</summary>
    public void Remove(string messageId)
    {
        lock (_gate)
        {
            _current.Remove(messageId);
            _previous.Remove(messageId);
        }
    }
}
