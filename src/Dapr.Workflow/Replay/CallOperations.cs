using Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow.Replay;

/// <summary>The input of a call, written as JSON when the call is made, or only if the history turns out not to hold the call.</summary>
internal readonly struct CallInput(object? value, string? json)
{
    public string Write(Dapr.Common.Serialization.IDaprSerializer serializer) => json ?? serializer.Serialize(value, value?.GetType());
}

/// <summary>What every call of one turn shares.</summary>
internal sealed record CallSite(string InstanceId, Guid InstanceGuid, Dapr.Common.Serialization.IDaprSerializer Serializer)
{
    public string TaskExecutionId(int taskId, string activity) =>
        DeterministicGuid.Create(InstanceGuid, $"{InstanceId}|activity|{taskId}|{activity}").ToString("N");
}

internal abstract class CallOperation<T>(CallSite site, string name, CallInput input, TaskRouter? router) : CallOperation
{
    private readonly TaskCompletionSource<T> _result = new();

    public Task<T> Task => _result.Task;

    public override bool IsSettled => _result.Task.IsCompleted;

    public override bool IsAwaited => Awaits.IsAwaited(_result.Task);

    protected CallSite Site { get; } = site;

    protected string Name { get; } = name;

    protected TaskRouter? Router { get; } = router;

    protected string Input => input.Write(Site.Serializer);

    public override void Complete(string? result)
    {
        T value;
        try
        {
            value = typeof(T) == typeof(Nothing) ? default! : Site.Serializer.Deserialize<T>(result)!;
        }
        catch (Exception exception)
        {
            // A result that cannot be read as T is the caller's error to handle, like any failure of the call.
            TurnLoop.Settle(() => _result.TrySetException(exception));
            return;
        }

        TurnLoop.Settle(() => _result.TrySetResult(value));
    }

    public override void Fail(TaskFailureDetails? details)
    {
        var failure = FailureMapping.FromDetails(details);
        TurnLoop.Settle(() => _result.TrySetException(new WorkflowTaskFailedException(FailureMessage(failure), failure)));
    }

    protected abstract string FailureMessage(WorkflowTaskFailureDetails failure);
}

/// <summary>The result type of a call whose result nobody reads.</summary>
internal readonly struct Nothing;

internal sealed class ActivityOperation<T>(CallSite site, string name, CallInput input, TaskRouter? router)
    : CallOperation<T>(site, name, input, router)
{
    public override string Description => $"activity '{Name}'";

    public override bool Matches(HistoryEvent scheduled) => scheduled.TaskScheduled is { } task && task.Name == Name;

    public override WorkflowAction ToAction() => new()
    {
        Id = Id,
        Router = Router,
        ScheduleTask = new ScheduleTaskAction
        {
            Name = Name,
            Input = Input,
            Router = Router,
            TaskExecutionId = Site.TaskExecutionId(Id, Name),
        },
    };

    protected override string FailureMessage(WorkflowTaskFailureDetails failure) => $"Task failed: {failure.ErrorMessage}";
}

internal sealed class ChildOperation<T>(CallSite site, string name, string instanceId, CallInput input, TaskRouter? router)
    : CallOperation<T>(site, name, input, router)
{
    public override string Description => $"child workflow '{Name}'";

    public override bool Matches(HistoryEvent scheduled) => scheduled.ChildWorkflowInstanceCreated is { } child && child.Name == Name;

    public override WorkflowAction ToAction() => new()
    {
        Id = Id,
        Router = Router,
        CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = instanceId, Name = Name, Input = Input, Router = Router },
    };

    protected override string FailureMessage(WorkflowTaskFailureDetails failure) => $"Child workflow '{Name}' failed";
}
