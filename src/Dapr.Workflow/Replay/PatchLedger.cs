using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>Which patches this execution took, and which it passed by before they existed.</summary>
internal sealed class PatchLedger
{
    private readonly Dictionary<string, bool> _decisions = new(StringComparer.Ordinal);
    private readonly List<string> _takenThisTurn = [];

    public IReadOnlyList<string> TakenThisTurn => _takenThisTurn;

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
        if (taken && !isReplaying && !_takenThisTurn.Contains(patch))
            _takenThisTurn.Add(patch);
        return taken;
    }
}
