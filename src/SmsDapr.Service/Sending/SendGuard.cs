using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Planning;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Sending;

/// <summary>What the guard made of a message that waits to be sent.</summary>
internal abstract record GuardResult
{
    private GuardResult()
    {
    }

    /// <summary>The intent of a new attempt is stored; the call is to be made, and to leave before <paramref name="LeavesBefore"/>.</summary>
    public sealed record Begun(Message Message, Instant LeavesBefore) : GuardResult;

    public sealed record Wait(Instant Until) : GuardResult;

    /// <summary>The record has changed, by the guard or by someone else; it is to be read again.</summary>
    public sealed record Changed : GuardResult;
}

/// <summary>
/// Runs inside the send step, right before the call: the rules of Core, the account's pause and the day slot. A rule that
/// can't be evaluated throws, so nothing goes out and the step is repeated.
/// </summary>
internal sealed class SendGuard(
    MessageRepository messages,
    MessageIndex index,
    IUserDirectory users,
    SendContexts contexts,
    SlotKeeper slots,
    GuardedEvent events,
    SendingPause pause,
    TwilioCircuit circuit,
    SenderPace pace,
    IClock clock)
{
    /// <summary>A wait that is longer is shown in the record.</summary>
    private static readonly Duration ShortWait = Duration.FromSeconds(5);

    public async Task<GuardResult> PassAsync(Document<Message> version, CancellationToken cancellation)
    {
        var message = version.Value;
        var read = await contexts.ReadAsync(message, cancellation);
        var context = read.Context;
        if (message.KeepWallClock(context.User.Zone, TimelineSource.Workflow, context.Now) is Transition.Changed { Next: var kept } inTime)
        {
            await index.AddAsync(kept.UserId, kept.SendAt, kept.Id, cancellation);
            return await ChangeAsync(version, inTime, cancellation);
        }

        // A change of quiet hours may have come while the deferral was stored, when nothing was deferred yet.
        if (message.KeepDeferral(context.User, TimelineSource.Workflow, context.Now) is Transition.Changed released)
            return await ChangeAsync(version, released, cancellation);

        switch (SendRules.Decide(context))
        {
            case SendVerdict.Wait when IsHopeless(context, out var hopeless):
                return await ChangeAsync(version, message.End(hopeless, TimelineSource.Workflow, context.Now), cancellation);
            case SendVerdict.Wait wait:
                await slots.GiveBackOtherDayAsync(message, context.User, cancellation);
                return new GuardResult.Wait(wait.Until);
            case SendVerdict.Defer defer:
                await index.AddAsync(message.UserId, defer.Until, message.Id, cancellation);
                return await ChangeAsync(version, message.Defer(defer.Until, defer.Reason, TimelineSource.Workflow, context.Now), cancellation);
            case SendVerdict.End end:
                return await ChangeAsync(version, message.End(end.Reason, TimelineSource.Workflow, context.Now), cancellation);
            case SendVerdict.Stop:
                return new GuardResult.Changed();
        }

        if ((await pause.PausedUntilAsync(cancellation) ?? circuit.OpenUntil ?? pace.WaitUntil(message.Id)) is { } open)
        {
            // Whose time runs out before that ends then, not later.
            var until = Instant.Min(open, context.TimeRunsOutAt);
            if (until - context.Now > ShortWait)
                await ChangeAsync(version, message.Pause(until, context.Now), cancellation);
            return new GuardResult.Wait(until);
        }

        MessageText? words = null;

        // Last, since it asks the calendar: right before the call, and only for what would go out now.
        if (read.Event is { } known)
        {
            if (await events.FollowAsync(version, known, context.User, cancellation) is not { } sight)
                return new GuardResult.Changed();

            // The calendar may have taken its time to answer: quiet hours, the event or another day may have begun meanwhile.
            context = read.Seen(sight, clock.GetCurrentInstant());
            switch (SendRules.Decide(context))
            {
                case SendVerdict.Pass when LocalTimes.DateOf(context.Now, context.User.Zone) == context.Day.Day.Date:
                    break;
                case SendVerdict.End gone:
                    return await ChangeAsync(version, message.End(gone.Reason, TimelineSource.Calendar, context.Now), cancellation);
                default:
                    return new GuardResult.Changed();
            }

            words = events.WordsNow(message, sight, context.User);
        }

        // The rule saw room, the compare-and-set of the day decides. What was once accepted has been counted.
        if (!message.EverAccepted && !await users.TryTakeSlotAsync(read.Days, message.Id, context.User.DailyLimit, cancellation))
            return await ChangeAsync(version, message.End(StatusReason.DailyLimit, TimelineSource.Workflow, context.Now), cancellation);

        return await BeginAsync(version, context, words, cancellation);
    }

    /// <summary>Every rule run now, by the same code that decides at send time; changes nothing.</summary>
    public async Task<SendExplanation> ExplainAsync(Message message, CancellationToken cancellation)
    {
        var read = await contexts.ReadAsync(message, cancellation);
        if (message.KeepWallClock(read.Context.User.Zone, TimelineSource.Workflow, read.Context.Now) is Transition.Changed { Next: var moved })
            read = await contexts.ReadAsync(moved, cancellation);
        if (read.Context.Message.KeepDeferral(read.Context.User, TimelineSource.Workflow, read.Context.Now) is Transition.Changed { Next: var released })
            read = await contexts.ReadAsync(released, cancellation);
        var context = await PeekAsync(read, cancellation);

        // As it will be deferred, so that the later rules speak of the day and the hour at which it goes out.
        if (SendRules.Foresee(context) is SendVerdict.Defer defer
            && context.Message.Defer(defer.Until, defer.Reason, TimelineSource.Workflow, context.Now) is Transition.Changed { Next: var deferred })
            context = await ContextAsync(deferred, context.Event, cancellation);
        var pausedUntil = await pause.PeekAsync(cancellation) ?? circuit.OpenUntil;
        if (pausedUntil > context.SendTime
            && context.Message.Pause(Instant.Min(pausedUntil.Value, context.TimeRunsOutAt), context.Now) is Transition.Changed { Next: var paused })
            context = await ContextAsync(paused, context.Event, cancellation);
        return SendRules.Explain(context with { PausedUntil = pausedUntil });
    }

    /// <summary>
    /// Until when, and with which words, an attempt that a crash left open may still be made: the same rules, as if it had not begun, to the number and on
    /// the day that it began with. Null when it may not.
    /// </summary>
    public async Task<(Instant LeavesBefore, MessageText? Words)?> AllowsAgainAsync(Message message, CancellationToken cancellation)
    {
        var read = await contexts.ReadAsync(message with { Status = MessageStatus.Scheduled, NextAttemptAt = null }, cancellation);
        var user = read.Context.User;
        if (user.Phone?.Number != message.Sms.To || !(message.EverAccepted || read.Context.Day.Holds(message.Id)))
            return null;

        // Also when the account's pause is due for its probe: the guard makes that first.
        if (await pause.PeekAsync(cancellation) is not null || circuit.OpenUntil is not null)
            return null;

        var context = await PeekAsync(read, cancellation);
        return SendRules.Decide(context) is SendVerdict.Pass
            ? (context.ValidUntil(AttemptLookup.CallLeaves), read.Event is { Sight: var sight } ? events.WordsNow(message, sight, user) : null)
            : null;
    }

    private async Task<GuardResult> BeginAsync(Document<Message> version, SendContext context, MessageText? words, CancellationToken cancellation)
    {
        var message = version.Value;
        var slotDate = message.EverAccepted ? message.SlotDate : context.Day.Day.Date;
        var withSlot = message.WithSlot(slotDate) is Transition.Changed { Next: var changed } ? changed : message;
        if (withSlot.BeginAttempt(context.User.Phone!.Number, context.Now, words) is not Transition.Changed { Next: var begun }
            || !await messages.TryReplaceAsync(version, begun, cancellation))
        {
            if (!message.EverAccepted)
                await slots.SettleLostAsync(message, context.Day.Day.Date, context.User, cancellation);
            return new GuardResult.Changed();
        }

        if (message.SlotDate is { } earlier && earlier != slotDate)
            await users.ReleaseSlotAsync(message.UserId, earlier, message.Id, cancellation);
        return new GuardResult.Begun(begun, context.ValidUntil(AttemptLookup.CallLeaves));
    }

    /// <summary>
    /// A failed message whose next attempt can't be made in time ends now, not when that attempt is due. Not one that was moved since: whoever moved it may
    /// do so again. And one that waits for a pause until its very last moment has that moment left.
    /// </summary>
    private static bool IsHopeless(SendContext context, out StatusReason reason)
    {
        reason = default;
        if (context.Message is not { StatusReason: StatusReason.Retry, NextAttemptAt: { } next, SendAt: var sendAt } || next == sendAt || next == context.TimeRunsOutAt)
            return false;
        if (SendRules.Foresee(context) is not SendVerdict.End { Reason: var end } || !end.LeavesNoTime())
            return false;
        reason = end;
        return true;
    }

    /// <summary>The context with the event as the calendar has it now, if it comes to that.</summary>
    private async Task<SendContext> PeekAsync(ReadContext read, CancellationToken cancellation)
    {
        if (read is not { Event: { } known, Context.Message: { Status: MessageStatus.Scheduled } message })
            return read.Context;
        var (sight, followed) = await events.PeekAsync(message, known, read.Context.User, cancellation);
        var after = ReferenceEquals(followed, message) ? read : await contexts.ReadAsync(followed, cancellation);
        return after.Seen(sight, after.Context.Now);
    }

    private async Task<SendContext> ContextAsync(Message message, EventStanding standing, CancellationToken cancellation) =>
        (await contexts.ReadAsync(message, cancellation)).Context with { Event = standing };

    private async Task<GuardResult> ChangeAsync(Document<Message> version, Transition transition, CancellationToken cancellation)
    {
        if (transition is Transition.Changed { Next: var next })
            await messages.TryReplaceAsync(version, next, cancellation);
        return new GuardResult.Changed();
    }
}
