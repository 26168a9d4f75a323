using System.Diagnostics.CodeAnalysis;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Registration;
using Grpc.Net.Client;

namespace Dapr.Workflow;

/// <summary>What this app's worker runs, and how much of it at a time.</summary>
public sealed class WorkflowRuntimeOptions
{
    private const int DefaultConcurrency = 100;

    private readonly Registry<IWorkflow> _workflows = new();
    private readonly Registry<IWorkflowActivity> _activities = new();

    /// <summary>Workflow turns that run at the same time, including the delivery of their outcome; at least 1, 100 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxConcurrentWorkflows
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = DefaultConcurrency;

    /// <summary>Activities that run at the same time, including the delivery of their outcome; at least 1, 100 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxConcurrentActivities
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = DefaultConcurrency;

    /// <summary>The options given to <see cref="UseGrpcChannelOptions"/>.</summary>
    public GrpcChannelOptions? GrpcChannelOptions { get; private set; }

    internal Registry<IWorkflow> Workflows => _workflows;

    internal Registry<IWorkflowActivity> Activities => _activities;

    /// <summary>Registers a workflow class. The first registration of a name wins; names differ by more than case.</summary>
    /// <typeparam name="TWorkflow">Constructed anew for every turn, from the turn's own service scope.</typeparam>
    /// <param name="name">The type's short name unless given.</param>
    public void RegisterWorkflow<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TWorkflow>(string? name = null)
        where TWorkflow : class, IWorkflow => _workflows.AddType<TWorkflow>(name);

    /// <summary>Registers a workflow given as a function.</summary>
    /// <typeparam name="TInput">Input, read from JSON.</typeparam>
    /// <typeparam name="TOutput">Output, written as JSON.</typeparam>
    /// <param name="name">The workflow's name.</param>
    /// <param name="implementation">Deterministic code, as in <see cref="Workflow{TInput,TOutput}"/>.</param>
    public void RegisterWorkflow<TInput, TOutput>(string name, Func<WorkflowContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        _workflows.Add(name, _ => new FunctionWorkflow<TInput, TOutput>(implementation));
    }

    /// <summary>Registers an activity class. The first registration of a name wins; names differ by more than case.</summary>
    /// <typeparam name="TActivity">Constructed anew for every task, from the task's own service scope.</typeparam>
    /// <param name="name">The type's short name unless given.</param>
    public void RegisterActivity<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TActivity>(string? name = null)
        where TActivity : class, IWorkflowActivity => _activities.AddType<TActivity>(name);

    /// <summary>Registers an activity given as a function.</summary>
    /// <typeparam name="TInput">Input, read from JSON.</typeparam>
    /// <typeparam name="TOutput">Output, written as JSON.</typeparam>
    /// <param name="name">The activity's name.</param>
    /// <param name="implementation">The activity's code; it runs at least once per call.</param>
    public void RegisterActivity<TInput, TOutput>(string name, Func<WorkflowActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        _activities.Add(name, _ => new FunctionActivity<TInput, TOutput>(implementation));
    }

    /// <summary>Takes the message size limits of the connection to the sidecar from these options; nothing else in them is used.</summary>
    /// <param name="grpcChannelOptions">Sizes in bytes; <see langword="null"/> is unlimited.</param>
    public void UseGrpcChannelOptions(GrpcChannelOptions grpcChannelOptions)
    {
        ArgumentNullException.ThrowIfNull(grpcChannelOptions);
        GrpcChannelOptions = grpcChannelOptions;
    }
}
