using NodaTime;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Sending;

/// <summary>What a rule, or all of them, say about sending. Closed.</summary>
public abstract record SendVerdict
{
    private SendVerdict()
    {
    }

    /// <summary>Nothing stands against it.</summary>
    public sealed record Pass : SendVerdict
    {
        /// <summary>The only value.</summary>
        public static Pass Instance { get; } = new();
    }

    /// <summary>Not yet; look again then.</summary>
    /// <param name="Until">When it is due.</param>
    public sealed record Wait(Instant Until) : SendVerdict;

    /// <summary>Later; apply <see cref="MessageChanges.Defer"/>.</summary>
    /// <param name="Until">The new send time.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Defer(Instant Until, StatusReason Reason) : SendVerdict;

    /// <summary>Not at all; apply <see cref="MessageLifecycle.End"/>.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record End(StatusReason Reason) : SendVerdict;

    /// <summary>The message is not waiting to be sent; there is nothing to do.</summary>
    /// <param name="Status">What it is instead.</param>
    public sealed record Stop(MessageStatus Status) : SendVerdict;
}

/// <summary>What one rule says.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Verdict">What it says.</param>
/// <param name="Detail">A sentence for people, without number or text.</param>
public sealed record SendCheck(string Rule, SendVerdict Verdict, string Detail)
{
    /// <summary>Whether the rule lets the message go.</summary>
    public bool Passed => Verdict is SendVerdict.Pass;
}

/// <summary>What would become of a message if nothing changed.</summary>
public enum SendOutcome
{
    /// <summary>It will be sent at the time given.</summary>
    WillSend,

    /// <summary>It will be deferred to the time given.</summary>
    Deferred,

    /// <summary>It is, or will end, cancelled.</summary>
    Cancelled,

    /// <summary>It is being sent.</summary>
    Sending,

    /// <summary>It was sent.</summary>
    Sent,

    /// <summary>It was delivered.</summary>
    Delivered,

    /// <summary>It has, or will end, failed.</summary>
    Failed,
}

/// <summary>Why a message will or will not go out.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="SendAt">When it goes out, or was to go out.</param>
/// <param name="Checks">Every rule, in order.</param>
public sealed record SendExplanation(SendOutcome Outcome, Instant SendAt, IReadOnlyList<SendCheck> Checks);
