namespace Dapr.Workflow.Abstractions;

/// <summary>The name of a workflow or activity.</summary>
/// <param name="Name">As registered.</param>
public readonly record struct TaskIdentifier(string Name)
{
    /// <summary>Wraps a name.</summary>
    public static implicit operator TaskIdentifier(string name) => new(name);

    /// <summary>Unwraps the name.</summary>
    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
