namespace Dapr.Workflow.Replay;

/// <summary>
/// The tokens that workflow code gave to its waits. <c>Cancel</c> calls back on the turn's own thread; <c>CancelAsync</c> does so from the thread
/// pool, and awaiting it is the one await of a foreign task that workflow code may well contain, so the turn waits for it before it goes on.
/// </summary>
internal sealed class Cancellations(TurnLoop loop)
{
    private readonly List<Watched> _watched = [];

    /// <summary>Whether a CancelAsync was begun whose end has not been seen.</summary>
    public bool AreUnderWay => _watched.Exists(static watched => watched.IsUnderWay);

    /// <summary>Whether those under way have told the waits, so that only the code that awaits a CancelAsync may still be to come.</summary>
    public bool HaveCalledBack => _watched.TrueForAll(static watched => !watched.IsUnderWay || watched.HasCalledBack);

    public void Watch(Action cancel, CancellationToken token)
    {
        if (!token.CanBeCanceled)
            return;
        var watched = new Watched(token);
        _watched.Add(watched);
        token.Register(() =>
        {
            if (loop.IsOnTurn)
            {
                watched.IsSeen = true;
                cancel();
            }
            else
            {
                loop.RunOnTurn(() =>
                {
                    watched.HasCalledBack = true;
                    cancel();
                });
            }
        }, useSynchronizationContext: false);
    }

    /// <summary>Takes those under way to have ended.</summary>
    public void End() => _watched.RemoveAll(static watched => watched.Token.IsCancellationRequested);

    private sealed class Watched(CancellationToken token)
    {
        public CancellationToken Token { get; } = token;

        /// <summary>Cancelled on the turn's own thread: over when the call returned.</summary>
        public bool IsSeen { get; set; }

        /// <summary>Cancelled from another thread, and the wait has been told.</summary>
        public bool HasCalledBack { get; set; }

        public bool IsUnderWay => !IsSeen && Token.IsCancellationRequested;
    }
}
