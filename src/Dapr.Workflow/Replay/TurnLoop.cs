namespace Dapr.Workflow.Replay;

/// <summary>
/// The single thread of one turn. Continuations of workflow code are queued here and run between two history events, so that their order depends
/// on the history alone.
/// </summary>
internal sealed class TurnLoop(Action foreignContinuation) : SynchronizationContext
{
    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();

    public bool IsOnTurn => Environment.CurrentManagedThreadId == _threadId && !IsClosed;

    public bool IsClosed { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsOnTurn)
            _ready.Enqueue((d, state));
        else
            foreignContinuation();
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

    /// <summary>For callbacks that user code may trigger from anywhere, such as cancellation.</summary>
    public void RunOnTurn(Action action)
    {
        if (IsOnTurn)
            action();
        else
            foreignContinuation();
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

    public void Close() => IsClosed = true;
}
