using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;

namespace SmsDapr.Service.Composing;

/// <summary>What a reminder is to be written from.</summary>
/// <param name="Facts">What it has to say.</param>
/// <param name="Description">The event's description, for tone and context; anyone may have written it.</param>
internal sealed record ReminderRequest(ReminderFacts Facts, string? Description = null)
{
    /// <summary>Nothing of the event: its texts must not reach a log.</summary>
    public override string ToString() => "reminder request";
}

/// <summary>Writes reminders.</summary>
internal interface IReminderComposer
{
    /// <summary>
    /// The text, always: of a language model where there is one and it does well, else of the template. The caller keeps it with <see cref="MessageText.WordedFrom"/> and
    /// asks again only when the facts come to another fingerprint.
    /// </summary>
    Task<MessageText> ComposeAsync(ReminderRequest request, CancellationToken cancellation);
}
