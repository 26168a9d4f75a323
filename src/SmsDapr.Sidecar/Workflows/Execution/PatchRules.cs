using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Workflows.Execution;

/// <summary>
/// Patches guard changes of workflow code. A worker names those that this execution took, in order and from its beginning; the history
/// holds each with the turn that first named it.
/// </summary>
internal static class PatchRules
{
    /// <summary>What is wrong when a worker's code took other patches than the history says; null: nothing.</summary>
    public static string? Mismatch(IReadOnlyList<string> recorded, WorkflowVersion? answered)
    {
        var current = answered?.Patches ?? [];
        return current.Count >= recorded.Count && current.Take(recorded.Count).SequenceEqual(recorded, StringComparer.Ordinal)
            ? null
            : $"Patch mismatch. History patches: [{string.Join(", ", recorded)}], current patches: [{string.Join(", ", current)}]. ";
    }

    /// <summary>What this turn adds to the record.</summary>
    public static WorkflowVersion? Addition(IReadOnlyList<string> recorded, WorkflowVersion? answered)
    {
        if (answered is null || (answered.Patches.Count == 0 && !answered.HasName))
            return null;
        if (recorded.Count == 0)
            return answered;
        var added = answered.Patches.Skip(recorded.Count).ToList();
        return added.Count == 0 ? null : new WorkflowVersion { Patches = { added } };
    }
}
