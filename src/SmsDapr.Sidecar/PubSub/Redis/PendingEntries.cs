using StackExchange.Redis;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>
/// Entries that a consumer of the group got and never acknowledged, because it died or ran out of time. Redis measures their idle time by
/// its own clock; what passes after the first look is measured by the sidecar's, which may be a virtual one.
/// </summary>
internal sealed class PendingEntries(IDatabase database, string topic, RedisStreamSettings settings, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private Dictionary<StreamId, Sighting> _seen = [];

    /// <summary>Takes over what is overdue, except what is being handled here.</summary>
    public async Task<IReadOnlyList<RedisStreamEntry>> ClaimOverdueAsync(Func<StreamId, bool> isBeingHandled)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            var claimed = new List<RedisStreamEntry>();
            foreach (var pending in await LookAsync())
            {
                if (!isBeingHandled(StreamId.Parse(pending.MessageId.ToString())))
                    claimed.AddRange(await ClaimAsync(pending));
            }

            return claimed;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<List<StreamPendingMessageInfo>> LookAsync()
    {
        var now = clock.GetUtcNow();
        var seen = new Dictionary<StreamId, Sighting>();
        var overdue = new List<StreamPendingMessageInfo>();
        RedisValue from = "-";
        while (true)
        {
            var page = await database.StreamPendingMessagesAsync(topic, settings.ConsumerId, settings.QueueDepth, RedisValue.Null, from);
            foreach (var pending in page)
            {
                var id = StreamId.Parse(pending.MessageId.ToString());
                var sighting = _seen.TryGetValue(id, out var before) && before.Deliveries == pending.DeliveryCount
                    ? before
                    : new Sighting(pending.DeliveryCount, now - TimeSpan.FromMilliseconds(pending.IdleTimeInMilliseconds));
                seen[id] = sighting;
                if (now - sighting.IdleSince >= settings.ProcessingTimeout)
                    overdue.Add(pending);
            }

            if (page.Length < settings.QueueDepth)
                break;
            from = $"({page[^1].MessageId}";
        }

        _seen = seen;
        return overdue;
    }

    /// <summary>Only if it has been idle since the look: of several that see it overdue, one gets it.</summary>
    private async Task<IEnumerable<RedisStreamEntry>> ClaimAsync(StreamPendingMessageInfo pending)
    {
        var entries = await database.StreamClaimAsync(topic, settings.ConsumerId, settings.ConsumerId, pending.IdleTimeInMilliseconds, [pending.MessageId]);
        // Trimmed from the stream meanwhile: there is nothing left to deliver.
        if (entries.Any(entry => entry.IsNull))
            await database.StreamAcknowledgeAsync(topic, settings.ConsumerId, pending.MessageId);
        return entries.Where(entry => !entry.IsNull).Select(RedisStreamEntry.Read);
    }

    private sealed record Sighting(int Deliveries, DateTimeOffset IdleSince);
}
