namespace Dapr.Workflow;

/// <summary>What workflow code may know about its own execution.</summary>
public interface IWorkflowContext
{
    /// <summary>Whether the code is running through turns that are already in the history.</summary>
    bool IsReplaying { get; }

    /// <summary>The time of the current turn, UTC; the same on every replay.</summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>Whether this execution takes the branch introduced by a patch.</summary>
    /// <param name="patchName">The patch's name; exact match.</param>
    /// <returns>
    /// <see langword="true"/> for executions that reach the call for the first time, or did so under the patch;
    /// <see langword="false"/> for those that ran past this point before the patch existed.
    /// </returns>
    bool IsPatched(string patchName);
}
