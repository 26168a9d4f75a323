using Dapr.DurableTask.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SmsDapr.Sidecar.Workflows.Execution;

namespace SmsDapr.Sidecar.Workflows;

internal sealed partial class EngineCore
{
    private const int DefaultPageSize = 1024;
    private static readonly DateTime NeverUtc = DateTime.SpecifyKind(default, DateTimeKind.Utc);

    public GetInstanceResponse Get(string instanceId, bool payloads) =>
        Find(instanceId) is { } instance ? Describe(instance, payloads) : new GetInstanceResponse { Exists = false };

    /// <summary>Registers a wait, or ends it at once when the instance is already there. A missing instance is waited for, as in daprd.</summary>
    public Watcher Watch(string instanceId, Func<OrchestrationStatus, bool> reached, bool payloads)
    {
        var watcher = new Watcher(reached, payloads);
        _watchers.Add(instanceId, watcher);
        if (Find(instanceId) is { } instance)
            _changed.Add(instance);
        return watcher;
    }

    public void Unwatch(string instanceId, Watcher watcher) => _watchers.Remove(instanceId, watcher);

    public ListInstanceIDsResponse List(ListInstanceIDsRequest request)
    {
        var size = request.HasPageSize && request.PageSize > 0 ? (int)Math.Min(request.PageSize, int.MaxValue - 1) : DefaultPageSize;
        var after = 0L;
        if (request is { HasContinuationToken: true, ContinuationToken.Length: > 0 }
            && !long.TryParse(request.ContinuationToken, System.Globalization.CultureInfo.InvariantCulture, out after))
        {
            throw new WorkflowException(StatusCode.InvalidArgument, "invalid continuation token");
        }

        var rows = database.InstancesAfter(after, size + 1);
        var page = new ListInstanceIDsResponse { InstanceIds = { rows.Take(size).Select(row => row.Id) } };
        if (rows.Count > size)
            page.ContinuationToken = rows[size - 1].Key.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return page;
    }

    public GetInstanceHistoryResponse History(string instanceId)
    {
        var instance = Find(instanceId) ?? throw new WorkflowException(StatusCode.NotFound, $"workflow instance '{instanceId}' not found");
        return new GetInstanceHistoryResponse { Events = { EventsOf(instance) } };
    }

    private IEnumerable<HistoryEvent> EventsOf(Instance instance) =>
        (instance.Progress?.History ?? database.History(instance.Key)).SelectMany(HistoryEvents.DecodePast);

    private GetInstanceResponse Describe(Instance instance, bool payloads)
    {
        var row = instance.Row;
        var started = row.Status is not OrchestrationStatus.Pending;
        var state = new WorkflowState
        {
            InstanceId = row.Id,
            WorkflowStatus = row.Status,
            // daprd knows an instance by its history, and one that has not begun has none.
            Name = started ? row.Name : "",
            CreatedTimestamp = (started ? row.Created : NeverUtc).ToTimestamp(),
            LastUpdatedTimestamp = (started ? row.Updated : NeverUtc).ToTimestamp(),
        };
        if (payloads && started)
            DescribePayloads(instance, state);
        return new GetInstanceResponse { Exists = true, WorkflowState = state };
    }

    private void DescribePayloads(Instance instance, WorkflowState state)
    {
        state.CustomStatus = instance.Row.CustomStatus;
        var pieces = instance.Progress?.History;
        var first = pieces is null ? database.FirstHistory(instance.Key) : pieces is [var head, ..] ? head : null;
        if (first is not null)
        {
            var events = HistoryEvents.DecodePast(first);
            // An instance that stalled before its first turn has its start further on.
            state.Input = events.Concat(EventsOf(instance)).FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted.Input;
            state.StartedAt = events[0].Timestamp;
        }

        var last = pieces is null ? database.LastHistory(instance.Key) : pieces is [.., var tail] ? tail : null;
        if (instance.IsTerminal && last is not null
            && HistoryEvents.DecodePast(last).FirstOrDefault(e => e.ExecutionCompleted is not null)?.ExecutionCompleted is { } completion)
        {
            state.Output = completion.Result;
            state.FailureDetails = completion.FailureDetails;
        }
    }
}
