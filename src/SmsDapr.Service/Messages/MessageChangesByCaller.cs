using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;

namespace SmsDapr.Service.Messages;

/// <summary>What a caller may change of a message that waits. The compare-and-set decides against a send under way.</summary>
internal sealed class MessageChangesByCaller(MessageRepository messages, MessageIndex index, MessageEngine engine, IClock clock)
{
    /// <summary>Null when there is no such message.</summary>
    public async Task<Transition?> CancelAsync(string id, StatusReason reason, TimelineSource source, CancellationToken cancellation)
    {
        var transition = await messages.ApplyAsync(id, message => message.Cancel(reason, source, clock.GetCurrentInstant()), cancellation);
        await NudgeAsync(transition, cancellation);
        return transition;
    }

    /// <summary>Moves and edits in one change; null when there is no such message.</summary>
    public async Task<Transition?> PatchAsync(string userId, string id, Instant? sendAt, string? body, CancellationToken cancellation)
    {
        if (sendAt is { } moved)
            await index.AddAsync(userId, moved, id, cancellation);

        var transition = await messages.ApplyAsync(id, message => Patch(message, sendAt, body), cancellation);
        await NudgeAsync(transition, cancellation);
        return transition;
    }

    /// <summary>Moves a message that was given a wall-clock time to where that lies by now; false when it lies there already.</summary>
    public Task<bool> KeepWallClockAsync(Message message, DateTimeZone userZone, TimelineSource source, CancellationToken cancellation) =>
        KeepAsync(message, current => current.KeepWallClock(userZone, source, clock.GetCurrentInstant()), cancellation);

    /// <summary>Gives a deferred message its original time back when the user's quiet hours no longer call for the deferral; false when they do.</summary>
    public Task<bool> KeepDeferralAsync(Message message, UserPreferences user, CancellationToken cancellation) =>
        KeepAsync(message, current => current.KeepDeferral(user, TimelineSource.Api, clock.GetCurrentInstant()), cancellation);

    /// <summary>Has a send that is being decided decide anew; nothing is said to the workflow, which looks again by itself.</summary>
    public Task ReconsiderAsync(string id, CancellationToken cancellation) =>
        messages.ApplyAsync(id, message => message.Reconsider(clock.GetCurrentInstant()), cancellation);

    /// <summary>Listed under its new time first: should the nudge get lost, the reconciler finds it there and not only at the time that it had.</summary>
    private async Task<bool> KeepAsync(Message message, Func<Message, Transition> keep, CancellationToken cancellation)
    {
        if (keep(message) is not Transition.Changed { Next.SendAt: var sendAt })
            return false;

        await index.AddAsync(message.UserId, sendAt, message.Id, cancellation);
        var transition = await messages.ApplyAsync(message.Id, keep, cancellation);
        await NudgeAsync(transition, cancellation);
        return transition is Transition.Changed;
    }

    private Transition Patch(Message message, Instant? sendAt, string? body)
    {
        if (message.Status != MessageStatus.Scheduled)
            return new Transition.Refused(Refusal.NotScheduled);

        var now = clock.GetCurrentInstant();
        Transition result = new Transition.Unchanged(message);
        if (sendAt is { } moved)
            result = message.Move(moved, sendAtLocal: null, TimelineSource.Api, now);
        if (body is null || result is Transition.Refused)
            return result;

        var current = result is Transition.Changed { Next: var next } ? next : message;
        var edited = current.Edit(new MessageText(body, BodySource.Caller), TimelineSource.Api, now);
        return edited is Transition.Unchanged ? result : edited;
    }

    private Task NudgeAsync(Transition? transition, CancellationToken cancellation) =>
        transition is Transition.Changed { Next: var next } ? engine.NudgeAsync(next, cancellation) : Task.CompletedTask;
}
