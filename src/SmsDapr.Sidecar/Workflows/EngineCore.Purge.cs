using Dapr.DurableTask.Protobuf;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Execution;

namespace SmsDapr.Sidecar.Workflows;

internal sealed partial class EngineCore
{
    /// <summary>Removes a finished instance, with its children if asked; all of them or none.</summary>
    public int Purge(string instanceId, bool recursive, bool force)
    {
        var doomed = new List<Instance>();
        Collect(Existing(instanceId), recursive, force, doomed);
        foreach (var instance in doomed)
            Delete(instance);
        return doomed.Count;
    }

    private void Collect(Instance instance, bool recursive, bool force, List<Instance> doomed)
    {
        if (!force && instance.Row.Status == OrchestrationStatus.Stalled)
            throw new WorkflowException(StatusCode.Unknown, "workflow is stalled");
        if (!force && !instance.IsTerminal)
            throw new WorkflowException(StatusCode.Unknown, "orchestration has not yet completed");
        doomed.Add(instance);
        if (!recursive)
            return;
        foreach (var child in ChildrenOf(instance))
            Collect(child, recursive, force, doomed);
    }
}
