using Dapr.Common;
using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>Starts, watches and steers workflow instances.</summary>
/// <remarks>
/// Unless said otherwise, every member fails with <see cref="Grpc.Core.RpcException"/> when the sidecar refuses or cannot be reached, and with
/// <see cref="OperationCanceledException"/> when its token is cancelled.
/// </remarks>
public interface IDaprWorkflowClient : IDaprClient, IAsyncDisposable
{
    /// <summary>Starts an instance and waits until a worker has run its first turn.</summary>
    /// <param name="name">The workflow's registered name.</param>
    /// <param name="instanceId">The instance's id; a random GUID when <see langword="null"/>. The id of a finished instance is used anew.</param>
    /// <param name="input">Written as JSON.</param>
    /// <returns>The instance's id.</returns>
    /// <exception cref="Grpc.Core.RpcException">AlreadyExists, or a text with «already exists»: an instance with that id is not finished.</exception>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null);

    /// <summary>Starts an instance, now or later.</summary>
    /// <param name="name">The workflow's registered name.</param>
    /// <param name="instanceId">The instance's id; a random GUID when <see langword="null"/>.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="startTime">When the first turn runs; local unless the kind is UTC. At once, and waited for, when <see langword="null"/>.</param>
    /// <returns>The instance's id.</returns>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime);

    /// <summary>Starts an instance, now or later.</summary>
    /// <param name="name">The workflow's registered name.</param>
    /// <param name="instanceId">The instance's id; a random GUID when <see langword="null"/>.</param>
    /// <param name="input">Written as JSON.</param>
    /// <param name="startTime">When the first turn runs. At once, and waited for, when <see langword="null"/>.</param>
    /// <param name="cancellation">Ends the wait; the instance may have been started all the same.</param>
    /// <returns>The instance's id.</returns>
    Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default);

    /// <summary>Reads an instance's state.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure details are wanted.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Never <see langword="null"/>; <see cref="WorkflowState.Exists"/> tells whether there is such an instance.</returns>
    Task<WorkflowState> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has run its first turn. Waits also for one that does not exist.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure details are wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The state at that time.</returns>
    /// <exception cref="InvalidOperationException">The sidecar says that there is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has ended. Waits also for one that does not exist.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure details are wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The final state.</returns>
    /// <exception cref="InvalidOperationException">The sidecar says that there is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Raises an event for an instance. A finished instance drops it.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventName">Compared without regard to case.</param>
    /// <param name="eventPayload">Written as JSON.</param>
    /// <param name="cancellation">Ends the call; the event may have been raised all the same.</param>
    /// <exception cref="Grpc.Core.RpcException">A text with «no such instance exists»: there is no such instance.</exception>
    Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Ends an instance and its children and waits until they have.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="output">Becomes the instance's output, as JSON.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    /// <summary>Suspends an instance: it reacts to nothing until resumed.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Kept in the history.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Resumes a suspended instance: what happened meanwhile reaches it in order.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Kept in the history.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Deletes a finished instance and its children.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Whether anything was deleted.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Lists the app's instances; needs a 1.17 runtime and a state store that can list keys.</summary>
    /// <param name="continuationToken">From the page before; <see langword="null"/> for the first.</param>
    /// <param name="pageSize">At most so many ids; the runtime's choice when <see langword="null"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>A page of ids.</returns>
    Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default);

    /// <summary>Reads an instance's committed history; needs a 1.17 runtime.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The events in order.</returns>
    Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Runs an instance again, as a new one, from an event of its history.</summary>
    /// <param name="sourceInstanceId">The finished instance.</param>
    /// <param name="eventId">The <see cref="WorkflowHistoryEvent.EventId"/> to begin at.</param>
    /// <param name="options">New id and input.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The new instance's id.</returns>
    /// <exception cref="ArgumentException">An input is given without <see cref="RerunWorkflowFromEventOptions.OverwriteInput"/>.</exception>
    Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default);
}
