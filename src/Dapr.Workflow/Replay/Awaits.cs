using System.Runtime.CompilerServices;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Whether anyone awaits a task. The runtime has no public answer, and without one a workflow that awaits something which no engine can complete
/// would look like one that sleeps. Should a later runtime hide the field, every task counts as awaited and such a workflow waits unnoticed.
/// </summary>
internal static class Awaits
{
    private static bool _isKnown = true;

    public static bool IsAwaited(Task task)
    {
        if (task.IsCompleted)
            return false;
        if (!_isKnown)
            return true;
        try
        {
            return ContinuationOf(task) switch
            {
                null => false,
                // Task.WhenAny leaves a list behind in which it has crossed itself out.
                List<object?> several => several.Exists(static one => one is not null),
                _ => true,
            };
        }
        catch (MissingFieldException)
        {
            _isKnown = false;
            return true;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
    private static extern ref object? ContinuationOf(Task task);
}
