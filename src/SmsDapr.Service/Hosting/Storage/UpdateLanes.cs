namespace SmsDapr.Service.Hosting.Storage;

/// <summary>
/// One lane per key: changes of one document in this process queue up instead of refusing each other, and whatever has
/// queued up while a write was under way goes into the next one together.
/// </summary>
internal sealed class UpdateLanes(IDocumentStore documents, Backoff backoff)
{
    private const int MaxConflicts = 20;

    private readonly Dictionary<string, object> _lanes = new(StringComparer.Ordinal);

    public Task<T?> UpdateAsync<T>(string key, PendingChange<T> pending)
        where T : class
    {
        List<PendingChange<T>> lane;
        var idle = false;
        lock (_lanes)
        {
            if (!_lanes.TryGetValue(key, out var waiting))
            {
                idle = true;
                _lanes[key] = waiting = new List<PendingChange<T>>();
            }

            lane = (List<PendingChange<T>>)waiting;
            lane.Add(pending);
        }

        if (idle)
            _ = DrainAsync(key, lane, pending.Read);
        return pending.Outcome.WaitAsync(pending.Cancellation);
    }

    // Ends with the lane empty and removed; failures go to those who wait for them.
    private async Task DrainAsync<T>(string key, List<PendingChange<T>> lane, KnownVersion<T>? read)
        where T : class
    {
        var batch = new List<PendingChange<T>>();
        while (true)
        {
            batch.Clear();
            lock (_lanes)
            {
                if (lane.Count == 0)
                {
                    _lanes.Remove(key);
                    return;
                }

                batch.AddRange(lane);
                lane.Clear();
            }

            batch.RemoveAll(pending => pending.IsAbandoned);
            try
            {
                if (batch.Count > 0)
                    await ApplyAsync(key, batch, read);
            }
            catch (Exception failure)
            {
                batch.ForEach(pending => pending.Fail(failure));
            }

            // The batch itself has outdated it.
            read = null;
        }
    }

    // Without the callers' tokens: one caller that leaves must not take the others' changes along.
    private async Task ApplyAsync<T>(string key, List<PendingChange<T>> batch, KnownVersion<T>? read)
        where T : class
    {
        // Only a write proves that what was read before is still there, so whoever declines it looks again.
        if (read is not null && await TryApplyAsync(key, batch, read.Document) is true)
        {
            batch.ForEach(pending => pending.Complete());
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            if (await TryApplyAsync(key, batch, await documents.FindAsync<T>(key, CancellationToken.None)) is not false)
            {
                batch.ForEach(pending => pending.Complete());
                return;
            }

            if (attempt == MaxConflicts)
                throw new StateStoreUnavailableException("A document kept being changed by others.");
            await backoff.PauseAsync(attempt, CancellationToken.None);
        }
    }

    /// <summary>Null when nothing changes; false when someone else was first.</summary>
    private async Task<bool?> TryApplyAsync<T>(string key, List<PendingChange<T>> batch, Document<T>? stored)
        where T : class
    {
        var next = stored?.Value;
        foreach (var pending in batch)
            next = pending.ApplyTo(next);
        return ReferenceEquals(next, stored?.Value) ? null : await StoreAsync(key, next!, stored?.ETag);
    }

    private Task<bool> StoreAsync<T>(string key, T value, string? etag)
        where T : class =>
        etag is null
            ? documents.TryCreateAsync(key, value, CancellationToken.None)
            : documents.TryReplaceAsync(key, value, etag, CancellationToken.None);
}

/// <summary>A change that waits for its turn, and what became of it.</summary>
internal sealed class PendingChange<T>(Func<T?, T?> change, CancellationToken cancellation)
    where T : class
{
    private readonly TaskCompletionSource<T?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    /// <summary>What the caller has just read; null when nothing.</summary>
    public KnownVersion<T>? Read { get; init; }

    public CancellationToken Cancellation => cancellation;

    public Task<T?> Outcome => _outcome.Task;

    public bool IsAbandoned => cancellation.IsCancellationRequested;

    /// <summary>The value after this change; the value itself when the change declines or fails, which then is its outcome alone.</summary>
    public T? ApplyTo(T? current)
    {
        if (_outcome.Task.IsCompleted)
            return current;
        try
        {
            return _result = change(current) ?? current;
        }
        catch (Exception failure)
        {
            _outcome.SetException(failure);
            return current;
        }
    }

    public void Complete() => _outcome.TrySetResult(_result);

    public void Fail(Exception failure) => _outcome.TrySetException(failure);
}

/// <summary>A document as it was a moment ago; null for one that was missing.</summary>
internal sealed record KnownVersion<T>(Document<T>? Document)
    where T : class;
