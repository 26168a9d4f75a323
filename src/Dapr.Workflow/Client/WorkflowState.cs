using Dapr.Common.Serialization;
using Proto = Dapr.DurableTask.Protobuf;

namespace Dapr.Workflow;

/// <summary>What the engine says about an instance.</summary>
public sealed class WorkflowState
{
    private readonly Proto.WorkflowState? _state;
    private readonly IDaprSerializer _serializer;

    internal WorkflowState(Proto.WorkflowState? state, IDaprSerializer serializer)
    {
        _state = state;
        _serializer = serializer;
        FailureDetails = state?.FailureDetails is { } failure
            ? new WorkflowTaskFailureDetails(failure.ErrorType, failure.ErrorMessage, failure.StackTrace)
            : null;
    }

    /// <summary>The name that the instance was started by; empty until its first turn.</summary>
    public string? WorkflowName => _state?.Name;

    /// <summary>Whether there is such an instance.</summary>
    public bool Exists => _state is not null;

    /// <summary>Whether the status is <see cref="WorkflowRuntimeStatus.Running"/>; neither pending nor suspended instances count.</summary>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <summary>Whether the instance has completed, failed or been terminated.</summary>
    public bool IsWorkflowCompleted => RuntimeStatus is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <summary>When the current execution began; <see langword="default"/> if unknown.</summary>
    public DateTimeOffset CreatedAt => _state?.CreatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <summary>When the history last grew; <see langword="default"/> if unknown.</summary>
    public DateTimeOffset LastUpdatedAt => _state?.LastUpdatedTimestamp?.ToDateTimeOffset() ?? default;

    /// <summary>The status; <see cref="WorkflowRuntimeStatus.Unknown"/> if there is no such instance.</summary>
    public WorkflowRuntimeStatus RuntimeStatus =>
        _state is { } state && Enum.IsDefined((WorkflowRuntimeStatus)(int)state.WorkflowStatus)
            ? (WorkflowRuntimeStatus)(int)state.WorkflowStatus
            : WorkflowRuntimeStatus.Unknown;

    /// <summary>Why the instance failed; <see langword="null"/> unless it did and payloads were asked for.</summary>
    public WorkflowTaskFailureDetails? FailureDetails { get; }

    /// <summary>Reads the input.</summary>
    /// <typeparam name="T">What its JSON is read as.</typeparam>
    /// <returns><see langword="default"/> when there is none or payloads were not asked for.</returns>
    public T? ReadInputAs<T>() => Read<T>(_state?.Input);

    /// <summary>Reads the output.</summary>
    /// <typeparam name="T">What its JSON is read as.</typeparam>
    /// <returns><see langword="default"/> when there is none or payloads were not asked for.</returns>
    public T? ReadOutputAs<T>() => Read<T>(_state?.Output);

    /// <summary>Reads the custom status.</summary>
    /// <typeparam name="T">What its JSON is read as.</typeparam>
    /// <returns><see langword="default"/> when there is none or payloads were not asked for.</returns>
    public T? ReadCustomStatusAs<T>() => Read<T>(_state?.CustomStatus);

    private T? Read<T>(string? json) => string.IsNullOrEmpty(json) ? default : _serializer.Deserialize<T>(json);
}
