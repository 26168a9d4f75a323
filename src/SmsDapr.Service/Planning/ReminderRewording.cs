using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Composing;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Planning;

/// <summary>Writes a new text for a reminder that waits, from what is known of its event.</summary>
internal sealed class ReminderRewording(
    MessageRepository messages,
    MessageEngine engine,
    EventLookup lookup,
    IReminderComposer composer,
    IUserDirectory users,
    ComposingOptions wording,
    IClock clock)
{
    /// <summary>Null when there is no such message; refused when it no longer waits.</summary>
    public async Task<Transition?> RewordAsync(Message message, CancellationToken cancellation)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);

        var text = await composer.ComposeAsync(await RequestAsync(message, cancellation), cancellation);
        var transition = await messages.ApplyAsync(
            message.Id, current => current.Edit(text, TimelineSource.Api, clock.GetCurrentInstant()), cancellation);
        if (transition is Transition.Changed { Next: var next })
            await engine.NudgeAsync(next, cancellation);
        return transition;
    }

    private async Task<ReminderRequest> RequestAsync(Message message, CancellationToken cancellation)
    {
        var user = await users.FindAsync(message.UserId, cancellation);
        var its = message.Event!;
        var sight = (await lookup.LastKnownAsync(message, cancellation)).Sight;
        var planned = message.Attempts > 0 ? message.DueAt : message.DeferredFrom ?? message.SendAt;
        var facts = ReminderFacts.Of(
            its, sight.Track?.Entry?.JoinLink, ReminderPlanner.ExpectedAt(planned, its.Start, user), user.Zone, wording.DefaultLanguage);
        return new ReminderRequest(facts, sight.Track?.Entry?.Description);
    }
}
