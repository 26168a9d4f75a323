namespace SmsDapr.Core.Messages;

/// <summary>What a fact does to a message. Closed: changed, unchanged or refused.</summary>
public abstract record Transition
{
    private Transition()
    {
    }

    /// <summary>The fact changes the message; store <paramref name="Next"/> by compare-and-set.</summary>
    /// <param name="Next">The message as it is to be stored.</param>
    public sealed record Changed(Message Next) : Transition;

    /// <summary>The fact is already known or changes nothing; there is nothing to store.</summary>
    /// <param name="Current">The message as it is.</param>
    public sealed record Unchanged(Message Current) : Transition;

    /// <summary>The fact does not fit the message.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(Refusal Reason) : Transition;
}

/// <summary>Why a transition was refused.</summary>
public enum Refusal
{
    /// <summary>The message is being sent, was sent or has ended; it can no longer be changed.</summary>
    NotScheduled,

    /// <summary>An attempt was to begin before the message is due.</summary>
    NotDue,

    /// <summary>Every attempt that is allowed was made.</summary>
    AttemptsUsedUp,

    /// <summary>The message has no such attempt.</summary>
    UnknownAttempt,

    /// <summary>The attempt belongs to another provider id, or the provider id to another attempt.</summary>
    SidMismatch,

    /// <summary>The receipt is about another number than the attempt's.</summary>
    RecipientMismatch,

    /// <summary>The attempt is settled, so that it can't be made again.</summary>
    AttemptSettled,

    /// <summary>The message is not waiting for a receipt.</summary>
    NotSent,

    /// <summary>The message is not over, so that it can't be erased yet.</summary>
    NotOver,
}
