using Dapr.DurableTask.Protobuf;
using SmsDapr.Sidecar.Workflows.Dispatch;
using SmsDapr.Sidecar.Workflows.Execution;

namespace SmsDapr.Sidecar.Workflows;

/// <summary>Instances that cannot go on for now: their messages are too large, or no worker has the code that their history was made by.</summary>
internal sealed partial class EngineCore
{
    private const int StallingPercent = 95;

    private readonly HashSet<long> _stalled = [];

    private string LimitOf =>
        $"{StallingPercent}% of max gRPC body size {options.MaxBodySize} bytes; restart with a larger --max-body-size to resume";

    /// <summary>A worker came: what no worker could take before may work out now.</summary>
    public void RetryStalled()
    {
        foreach (var key in _stalled)
        {
            // With nothing in the inbox it is an activity that is too large, and only another limit changes that.
            if (Find(key) is { IsTerminal: false } instance && Load(instance).Inbox.Count > 0)
                MakeRunnable(key);
        }

        _stalled.Clear();
    }

    /// <summary>daprd stops an instance at 95 % of the body limit, before a worker would refuse the message over and over.</summary>
    private bool IsTooLarge(DispatchedWork item) => options.MaxBodySize > 0 && item.EncodedLength > options.MaxBodySize / 100 * StallingPercent;

    /// <summary>Work is handed out after a commit; what that shows to be too large is stored with the next one.</summary>
    private void StallLater(Instance instance, string description)
    {
        var stalled = new ExecutionStalledEvent { Reason = StalledReason.PayloadSizeExceeded, Description = description };
        var key = instance.Key;
        later(new EngineTask(core =>
        {
            if (core.Find(key) is { IsTerminal: false, Turn: null } found)
                core.Stall(found, stalled);
        }));
    }

    /// <summary>The turn's events stay in the inbox; the history says once why they wait.</summary>
    private void Stall(Instance instance, ExecutionStalledEvent stalled)
    {
        log.InstanceStalled(instance.Id, stalled.Description);
        var progress = Load(instance);
        // The size that a description names differs by a byte or two with the times in it, which is no news.
        var isNews = progress.Stalled is not { } known
            || known.Reason != stalled.Reason
            || (stalled.Reason != StalledReason.PayloadSizeExceeded && known.Description != stalled.Description);
        if (isNews)
        {
            var said = HistoryEvents.At(_now);
            said.ExecutionStalled = stalled;
            Record(instance, progress, [said]);
        }

        Store(instance, instance.Row with { Status = OrchestrationStatus.Stalled, Turns = instance.Row.Turns + (isNews ? 1 : 0), Updated = _now });
        _stalled.Add(instance.Key);
        Rest(instance.Key);
    }
}
