using System.Collections.Concurrent;

namespace Dapr.Workflow;

/// <summary>Why an activity, child workflow or instance failed, as far as it crossed the wire.</summary>
/// <param name="errorType">Full name of the exception's type.</param>
/// <param name="errorMessage">The exception's message.</param>
/// <param name="stackTrace">The exception's stack trace, if it was sent.</param>
public class WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
{
    private static readonly ConcurrentDictionary<string, Type> KnownTypes = new(StringComparer.Ordinal);

    /// <summary>Full name of the exception's type.</summary>
    public string ErrorType { get; } = errorType;

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; } = errorMessage;

    /// <summary>The exception's stack trace, if it was sent.</summary>
    public string? StackTrace { get; } = stackTrace;

    /// <summary>Whether the failure was a <typeparamref name="T"/> or derived from it.</summary>
    /// <typeparam name="T">The exception type to test for.</typeparam>
    /// <returns><see langword="false"/> also when the type is not loaded in this process.</returns>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        if (ErrorType == typeof(T).FullName)
            return true;
        var type = KnownTypes.GetValueOrDefault(ErrorType) ?? Find(ErrorType);
        return type is not null && typeof(T).IsAssignableFrom(type);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private static Type? Find(string name)
    {
        var type = Type.GetType(name, throwOnError: false);
        if (type is null)
        {
            foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                type = assembly.GetType(name, throwOnError: false);
                if (type is not null)
                    break;
            }
        }

        // Only hits are kept: a miss may be an assembly that is not loaded yet, and names come from the wire.
        if (type is not null)
            KnownTypes[name] = type;
        return type;
    }
}
