namespace Dapr.Workflow.Replay;

/// <content>Running workflow code until it waits, and seeing to it that it waits for something that will come.</content>
internal sealed partial class WorkflowTurn
{
    private const string ForeignTask = "WorkflowAwaitedForeignTask";

    // Real time: the thread pool's, which runs the callbacks of a CancelAsync.
    private static readonly TimeSpan CancellationPatience = TimeSpan.FromSeconds(30);

    // For code that awaits a CancelAsync beside the workflow's own tasks: it follows on the callbacks' heels, or there is none.
    private static readonly TimeSpan FollowUpPatience = TimeSpan.FromMilliseconds(100);

    private bool IsWaiting => _run is { IsCompleted: false } && _context.Next is null && _failure is null;

    private void RunCode(Action code)
    {
        _loop.Run(code);
        while (IsWaiting && _context.Cancellations.AreUnderWay)
            FollowCancellation();

        if (!IsWaiting)
            return;
        if (_loop.HasArrivals)
            Fail(ForeignTask, "The workflow code awaited a task that is not the workflow's own. Do such work in an activity.");
        else if (!_context.IsAwaited)
            Fail(ForeignTask, "The workflow code waits, but for nothing that the engine could complete. Await only tasks of the WorkflowContext; do other work in an activity.");
    }

    /// <summary>Lets a CancelAsync call back and, when it is awaited, the code after it go on, before the next event is looked at.</summary>
    private void FollowCancellation()
    {
        var isAwaited = !_context.IsAwaited;
        if (isAwaited)
            _ = _run!.ContinueWith(_ => _loop.WakeUp(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var isSureToCome = isAwaited || !_context.Cancellations.HaveCalledBack;
        if (_loop.RunArrival(isSureToCome ? CancellationPatience : FollowUpPatience) is not false)
            _context.Cancellations.End();
    }
}
