using SmsDapr.Sidecar.Hosting;

namespace SmsDapr.Local.Clock;

/// <summary>
/// Counts the units of work under way in the whole process, whoever does them. <see cref="Begun"/> only grows, so two equal
/// readings with no unit open in between mean that nothing happened.
/// </summary>
public sealed class WorkCounter : IWorkTracker
{
    private readonly Lock _gate = new();
    private int _open;
    private TaskCompletionSource? _whenNone;

    /// <summary>Units begun so far.</summary>
    public long Begun { get; private set; }

    public IDisposable Begin()
    {
        lock (_gate)
        {
            Begun++;
            _open++;
        }

        return new Unit(this);
    }

    /// <summary>Completes when no unit is open.</summary>
    public Task WhenNone()
    {
        lock (_gate)
        {
            if (_open == 0)
            {
                return Task.CompletedTask;
            }

            _whenNone ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _whenNone.Task;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_open > 0)
            {
                return;
            }

            _whenNone?.TrySetResult();
            _whenNone = null;
        }
    }

    private sealed class Unit(WorkCounter counter) : IDisposable
    {
        private WorkCounter? _counter = counter;

        public void Dispose() => Interlocked.Exchange(ref _counter, null)?.End();
    }
}
