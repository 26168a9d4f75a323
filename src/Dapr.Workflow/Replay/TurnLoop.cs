namespace Dapr.Workflow.Replay;

/// <summary>
/// The single thread of one turn. Continuations of workflow code are queued here and run between two history events, so that their order depends
/// on the history alone.
/// </summary>
internal sealed class TurnLoop(Action continuedAfterTurn) : SynchronizationContext
{
    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly Arrivals _arrivals = new();
    private volatile bool _isClosed;

    public bool IsOnTurn => Environment.CurrentManagedThreadId == _threadId && !_isClosed;

    /// <summary>Whether another thread wants to go on with workflow code.</summary>
    public bool HasArrivals => _arrivals.Any;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOnTurn)
            _ready.Enqueue((d, state));
        else if (_isClosed || !_arrivals.Add(new Arrival(() => d(state), IsContinuation: true)))
            continuedAfterTurn();
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Workflow code cannot be called into synchronously from outside its turn.");

    public override SynchronizationContext CreateCopy() => this;

    /// <exception cref="InvalidOperationException">The caller is not this turn's thread, or the turn is over.</exception>
    public void EnsureOnTurn()
    {
        if (!IsOnTurn)
            throw new InvalidOperationException("A WorkflowContext works only within its turn: workflow code must await nothing but the context's own tasks.");
    }

    /// <summary>For callbacks that come from another thread: the turn's own runs them when it next looks, or never if it is over.</summary>
    public void RunOnTurn(Action action)
    {
        if (IsOnTurn)
            action();
        else
            _arrivals.Add(new Arrival(action, IsContinuation: false));
    }

    /// <summary>Runs workflow code and everything that becomes ready because of it.</summary>
    public void Run(Action code)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            code();
            while (_ready.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Waits for another thread to bring something, and runs it here.</summary>
    /// <returns>Whether it was the continuation of an await; null when nothing came in time.</returns>
    public bool? RunArrival(TimeSpan patience)
    {
        if (_arrivals.Take(patience) is not { } arrival)
            return null;
        Run(arrival.Code);
        return arrival.IsContinuation;
    }

    /// <summary>Ends a wait for arrivals.</summary>
    public void WakeUp() => _arrivals.Add(new Arrival(static () => { }, IsContinuation: false));

    /// <summary>
    /// Completes a task that workflow code may be waiting for. Without a current context, awaits with ConfigureAwait(false) continue inline on this
    /// thread instead of escaping to the thread pool; all others are queued.
    /// </summary>
    public static void Settle(Action settle)
    {
        var outer = Current;
        SetSynchronizationContext(null);
        try
        {
            settle();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    public void Close()
    {
        _isClosed = true;
        if (_arrivals.Close())
            continuedAfterTurn();
    }

    private readonly record struct Arrival(Action Code, bool IsContinuation);

    /// <summary>What other threads bring. Taking waits on a task, for which the thread pool makes up with another thread.</summary>
    private sealed class Arrivals
    {
        private readonly Lock _lock = new();
        private readonly Queue<Arrival> _queue = new();
        private TaskCompletionSource? _awaited;
        private bool _isClosed;

        public bool Any
        {
            get
            {
                lock (_lock)
                    return _queue.Count > 0;
            }
        }

        /// <returns>Whether somebody may still take it.</returns>
        public bool Add(Arrival arrival)
        {
            lock (_lock)
            {
                if (_isClosed)
                    return false;
                _queue.Enqueue(arrival);
                _awaited?.TrySetResult();
                return true;
            }
        }

        public Arrival? Take(TimeSpan patience)
        {
            Task added;
            lock (_lock)
            {
                if (_queue.TryDequeue(out var arrival))
                    return arrival;
                _awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                added = _awaited.Task;
            }

            added.Wait(patience);
            lock (_lock)
                return _queue.TryDequeue(out var arrival) ? arrival : null;
        }

        /// <returns>Whether a continuation is left that nobody will run.</returns>
        public bool Close()
        {
            lock (_lock)
            {
                _isClosed = true;
                return _queue.Any(static arrival => arrival.IsContinuation);
            }
        }
    }
}
