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
                loop.RunOnTurn(cancel);
        }, useSynchronizationContext: false);
    }

    /// <summary>Takes those under way to have ended.</summary>
    public void End() => _watched.RemoveAll(static watched => watched.Token.IsCancellationRequested);

    private sealed class Watched(CancellationToken token)
    {
        public CancellationToken Token { get; } = token;

        public bool IsSeen { get; set; }

        public bool IsUnderWay => !IsSeen && Token.IsCancellationRequested;
    }
}
