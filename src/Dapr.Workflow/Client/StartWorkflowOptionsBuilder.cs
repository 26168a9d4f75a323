namespace Dapr.Workflow.Client;

/// <summary>Builds <see cref="StartWorkflowOptions"/>.</summary>
/// <param name="timeProvider">What <see cref="StartAfter"/> counts from; the system's clock unless given.</param>
public sealed class StartWorkflowOptionsBuilder(TimeProvider? timeProvider = null)
{
    private string? _instanceId;
    private DateTimeOffset? _startAt;

    /// <summary>Sets the instance's id.</summary>
    /// <param name="instanceId">Without <c>::</c> or <c>||</c>.</param>
    /// <returns>This builder.</returns>
    public StartWorkflowOptionsBuilder WithInstanceId(string instanceId)
    {
        _instanceId = instanceId;
        return this;
    }

    /// <summary>Starts at an instant.</summary>
    /// <param name="startAt">A past one starts at once.</param>
    /// <returns>This builder.</returns>
    public StartWorkflowOptionsBuilder StartAt(DateTimeOffset startAt)
    {
        _startAt = startAt;
        return this;
    }

    /// <summary>Starts after a delay from now.</summary>
    /// <param name="delay">Counted from this call.</param>
    /// <returns>This builder.</returns>
    public StartWorkflowOptionsBuilder StartAfter(TimeSpan delay)
    {
        _startAt = (timeProvider ?? TimeProvider.System).GetUtcNow() + delay;
        return this;
    }

    /// <summary>The options as set so far.</summary>
    /// <returns>A new object.</returns>
    public StartWorkflowOptions Build() => new() { InstanceId = _instanceId, StartAt = _startAt };

    /// <summary>Builds the options.</summary>
    public static implicit operator StartWorkflowOptions(StartWorkflowOptionsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Build();
    }
}
