using Dapr.DurableTask.Protobuf;

namespace SmsDapr.Sidecar.Workflows.Storage;

/// <summary>Who waits for a child workflow's end. The generation tells a straggler of an earlier round from an awaited child.</summary>
internal readonly record struct ParentLink(long Key, int Generation);

/// <summary>One row of <c>instances</c>: everything about an instance that is known without reading its history.</summary>
internal sealed record InstanceRow(
    long Key,
    string Id,
    string Name,
    OrchestrationStatus Status,
    int Generation,
    int Turns,
    string? CustomStatus,
    DateTime Created,
    DateTime Updated,
    DateTime? HeldUntil,
    ParentLink? Parent);

/// <summary>Identifies one scheduled activity for good: keys are never reused, a generation is one round of ContinueAsNew.</summary>
internal readonly record struct ActivityKey(long Instance, int Generation, int TaskId);

/// <summary>A timer waiting for its time. <paramref name="Nanoseconds"/> is what a tick of 100 ns cannot hold.</summary>
internal readonly record struct TimerRow(DateTime Due, int Nanoseconds, long Instance, int Generation, int TimerId)
{
    /// <summary>Not a timer of the workflow: the instance may run from this moment on.</summary>
    public const int Release = -1;

    /// <summary>Not a timer of the workflow: the finished instance is kept until this moment.</summary>
    public const int Forget = -2;
}

/// <summary>Events waiting for the next turn, encoded as <c>WorkflowRequest.newEvents</c>.</summary>
internal readonly record struct InboxRow(long Sequence, byte[] Events);
