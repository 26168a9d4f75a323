namespace SmsDapr.Sidecar.Hosting;

/// <summary>Deliveries that nobody awaits where they begin, so that a stop can wait for them.</summary>
internal sealed class InFlight
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    public void Add(Task task)
    {
        lock (_gate)
        {
            if (!task.IsCompleted)
                _running.Add(task);
        }

        _ = task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public Task WhenDoneAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.WhenAll(_running).WaitAsync(cancellationToken);
    }

    private void Remove(Task task)
    {
        lock (_gate)
            _running.Remove(task);
    }
}
