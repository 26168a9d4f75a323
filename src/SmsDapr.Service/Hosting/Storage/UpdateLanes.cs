namespace SmsDapr.Service.Hosting.Storage;

/// <summary>
/// One lane per key: changes of one document in this process queue up instead of refusing each other, and whatever has
/// queued up while a write was under way goes into the next one together.
/// </summary>
internal sealed class UpdateLanes(IDocumentStore documents, Backoff backoff)
{
    private const int MaxConflicts = 20;

    private readonly Dictionary<string, object> _lanes = new(StringComparer.Ordinal);

    public Task<T?> UpdateAsync<T>(string key, Func<T?, T?> change, CancellationToken cancellation)
        where T : class
    {
        var pending = new PendingChange<T>(change, cancellation);
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
            _ = DrainAsync(key, lane);
        return pending.Outcome.WaitAsync(cancellation);
    }

    // Ends with the lane empty and removed; failures go to those who wait for them.
    private async Task DrainAsync<T>(string key, List<PendingChange<T>> lane)
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
                    await ApplyAsync(key, batch);
            }
            catch (Exception failure)
            {
                batch.ForEach(pending => pending.Fail(failure));
            }
        }
    }

    // Without the callers' tokens: one caller that leaves must not take the others' changes along.
    private async Task ApplyAsync<T>(string key, List<PendingChange<T>> batch)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var stored = await documents.FindAsync<T>(key, CancellationToken.None);
            var next = stored?.Value;
            foreach (var pending in batch)
                next = pending.ApplyTo(next);

            if (ReferenceEquals(next, stored?.Value) || await StoreAsync(key, next!, stored?.ETag))
            {
                batch.ForEach(pending => pending.Complete());
                return;
            }

            if (attempt == MaxConflicts)
                throw new StateStoreUnavailableException("A document kept being changed by others.");
            await backoff.PauseAsync(attempt, CancellationToken.None);
        }
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
