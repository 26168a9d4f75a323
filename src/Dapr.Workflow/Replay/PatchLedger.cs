using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>Which patches this execution took, and which it passed by before they existed.</summary>
internal sealed class PatchLedger
{
    private readonly Dictionary<string, bool> _decisions = new(StringComparer.Ordinal);
    private readonly List<string> _taken = [];

    /// <summary>
    /// Every patch taken since the execution began, in the order in which code asked for it, as often as it did. The engine holds this against
    /// its record and stalls the instance when the code of this worker has taken another way.
    /// </summary>
    public IReadOnlyList<string> Taken => _taken;

    public void ReadHistory(WorkflowStartedEvent started)
    {
        foreach (var patch in started.Version?.Patches ?? [])
            _decisions[patch] = true;
    }

    public bool IsTaken(string patch, bool isReplaying)
    {
        // A branch once passed by stays so: deciding anew after the replay would contradict the next replay.
        if (!_decisions.TryGetValue(patch, out var taken))
            _decisions[patch] = taken = !isReplaying;
        if (taken)
            _taken.Add(patch);
        return taken;
    }
}
