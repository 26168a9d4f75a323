using Dapr.Workflow;

namespace SmsDapr.Sidecar.Conformance.Tests.Workflows;

/// <summary>Shorthand for workflows; each test has instances of its own.</summary>
public abstract class WorkflowTests(SidecarFixture sidecar) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected SidecarFixture Sidecar => sidecar;

    protected DaprWorkflowClient Client { get; private set; } = null!;

    protected string Id { get; } = $"wf-{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync() => Client = (await sidecar.WorkflowsAsync()).Client;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Task<string> StartAsync(string workflow, object? input = null, string? id = null) =>
        Client.ScheduleNewWorkflowAsync(workflow, id ?? Id, input).WaitAsync(Patience, TimeProvider.System, Cancellation);

    /// <summary>The end of an instance, which is this test's own unless another is named.</summary>
    protected async Task<WorkflowState> EndAsync(string? id = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        return await Client.WaitForWorkflowCompletionAsync(id ?? Id, cancellation: patience.Token);
    }

    protected async Task<T?> OutputAsync<T>(string? id = null)
    {
        var state = await EndAsync(id);
        state.RuntimeStatus.ShouldBe(WorkflowRuntimeStatus.Completed, state.FailureDetails?.ToString());
        return state.ReadOutputAs<T>();
    }

    protected Task<WorkflowState> StateAsync(string? id = null) => Client.GetWorkflowStateAsync(id ?? Id, cancellation: Cancellation);

    /// <summary>Waits for a state that only the workflow's own progress brings about.</summary>
    protected async Task<WorkflowState> StateAsync(Func<WorkflowState, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (true)
        {
            if (await StateAsync() is var state && reached(state))
                return state;
            await tick.WaitForNextTickAsync(patience.Token);
        }
    }

    protected Task RaiseAsync(string name, object? payload = null) => Client.RaiseEventAsync(Id, name, payload, Cancellation);
}
