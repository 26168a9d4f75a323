using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
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

    /// <summary>The intent of a new attempt is stored; the call is to be made.</summary>
    public sealed record Begun(Message Message) : GuardResult;

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
    GuardedEvent events,
    SendingPause pause,
    TwilioCircuit circuit,
    SenderPace pace,
    SmsOptions options,
    IClock clock)
{
    /// <summary>A wait that is longer is shown in the record.</summary>
    private static readonly Duration ShortWait = Duration.FromSeconds(5);

    public async Task<GuardResult> PassAsync(Document<Message> version, CancellationToken cancellation)
    {
        var message = version.Value;
        var (context, days) = await ContextAsync(message, cancellation);
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
            case SendVerdict.Wait wait:
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
        if (message.Event is not null)
        {
            if (await events.FollowAsync(version, context.User, cancellation) is not { } sight)
                return new GuardResult.Changed();

            // The calendar may have taken its time to answer: quiet hours or the event may have begun meanwhile.
            context = Seen(context with { Now = clock.GetCurrentInstant() }, sight);
            switch (SendRules.Decide(context))
            {
                case SendVerdict.Pass:
                    break;
                case SendVerdict.End gone:
                    return await ChangeAsync(version, message.End(gone.Reason, TimelineSource.Calendar, context.Now), cancellation);
                default:
                    return new GuardResult.Changed();
            }

            words = events.WordsNow(message, sight, context.User);
        }

        // The rule saw room, the compare-and-set of the day decides. What was once accepted has been counted.
        if (!message.EverAccepted && !await users.TryTakeSlotAsync(days, message.Id, context.User.DailyLimit, cancellation))
            return await ChangeAsync(version, message.End(StatusReason.DailyLimit, TimelineSource.Workflow, context.Now), cancellation);

        return await BeginAsync(version, context, words, cancellation);
    }

    /// <summary>Why the message will end at its next attempt, as far as that is known now; null when nothing stands against it.</summary>
    public async Task<StatusReason?> ForeseeEndAsync(Message message, CancellationToken cancellation) =>
        SendRules.Foresee((await ContextAsync(message, cancellation)).Context) is SendVerdict.End end ? end.Reason : null;

    /// <summary>Every rule run now, by the same code that decides at send time; changes nothing.</summary>
    public async Task<SendExplanation> ExplainAsync(Message message, CancellationToken cancellation)
    {
        var (context, _) = await ContextAsync(message, cancellation);
        if (message.KeepWallClock(context.User.Zone, TimelineSource.Workflow, context.Now) is Transition.Changed { Next: var moved })
            (context, _) = await ContextAsync(moved, cancellation);
        if (context.Message.KeepDeferral(context.User, TimelineSource.Workflow, context.Now) is Transition.Changed { Next: var released })
            (context, _) = await ContextAsync(released, cancellation);
        context = await PeekAsync(context, cancellation);

        // As it will be deferred, so that the later rules speak of the day and the hour at which it goes out.
        if (SendRules.Foresee(context) is SendVerdict.Defer defer
            && context.Message.Defer(defer.Until, defer.Reason, TimelineSource.Workflow, context.Now) is Transition.Changed { Next: var deferred })
            context = (await ContextAsync(deferred, cancellation)).Context with { Event = context.Event };
        var pausedUntil = await pause.PeekAsync(cancellation) ?? circuit.OpenUntil;
        if (pausedUntil > context.SendTime
            && context.Message.Pause(Instant.Min(pausedUntil.Value, context.TimeRunsOutAt), context.Now) is Transition.Changed { Next: var paused })
            context = (await ContextAsync(paused, cancellation)).Context with { Event = context.Event };
        return SendRules.Explain(context with { PausedUntil = pausedUntil });
    }

    /// <summary>
    /// Whether an attempt that a crash left open may still be made: the same rules, as if it had not begun, to the number and on the day that it began
    /// with.
    /// </summary>
    public async Task<bool> AllowsAgainAsync(Message message, CancellationToken cancellation)
    {
        var asBefore = message with { Status = MessageStatus.Scheduled, NextAttemptAt = null };
        var (context, _) = await ContextAsync(asBefore, cancellation);
        return context.User.Phone?.Number == message.Sms.To
            && (message.EverAccepted || context.Day.Holds(message.Id))
            && SendRules.Decide(await PeekAsync(context, cancellation)) is SendVerdict.Pass;
    }

    /// <summary>The words for an attempt that is made again now; null when those that it has will do.</summary>
    public async Task<MessageText?> WordsAgainAsync(Message message, CancellationToken cancellation) =>
        message.Event is null
            ? null
            : events.WordsNow(message, await events.LastKnownAsync(message, cancellation), await users.FindAsync(message.UserId, cancellation));

    private async Task<GuardResult> BeginAsync(Document<Message> version, SendContext context, MessageText? words, CancellationToken cancellation)
    {
        var message = version.Value;
        var slotDate = message.EverAccepted ? message.SlotDate : context.Day.Day.Date;
        var withSlot = message.WithSlot(slotDate) is Transition.Changed { Next: var changed } ? changed : message;
        if (withSlot.BeginAttempt(context.User.Phone!.Number, context.Now, words) is not Transition.Changed { Next: var begun }
            || !await messages.TryReplaceAsync(version, begun, cancellation))
        {
            await GiveBackIfMovedAsync(message, context, cancellation);
            return new GuardResult.Changed();
        }

        if (message.SlotDate is { } earlier && earlier != slotDate)
            await users.ReleaseSlotAsync(message.UserId, earlier, message.Id, cancellation);
        return new GuardResult.Begun(begun);
    }

    /// <summary>The send lost to a change. When that moved the message to another day, the slot that was just taken is nobody's.</summary>
    private async Task GiveBackIfMovedAsync(Message message, SendContext context, CancellationToken cancellation)
    {
        var date = context.Day.Day.Date;
        if (!message.EverAccepted
            && message.SlotDate != date
            && await messages.FindAsync(message.Id, cancellation) is { Value: { Status: MessageStatus.Scheduled } moved }
            && LocalTimes.DateOf(moved.DueAt, context.User.Zone) != date)
        {
            await users.ReleaseSlotAsync(message.UserId, date, message.Id, cancellation);
        }
    }

    private async Task<(SendContext Context, CountedDays Days)> ContextAsync(Message message, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var user = await users.FindAsync(message.UserId, cancellation);
        var days = await users.FindDaysAsync(message.UserId, SendContext.DaysOf(message, user, now), cancellation);
        var context = new SendContext
        {
            Message = message,
            User = user,
            Now = now,
            SendingEnabled = options.SendingEnabled,
            DefaultMaxLateness = options.MaxLateness,
            Day = await InOrderAsync(message, user, days, cancellation),
            EarlierDays = days.Earlier,
        };
        return message is { Event: not null, IsFinal: false }
            ? (Seen(context, await events.LastKnownAsync(message, cancellation)), days)
            : (context, days);
    }

    /// <summary>
    /// Only after the limit was lowered do more messages hold slots than it allows. Then what went out, or is on its way, comes before what
    /// took its slot earlier and still waits.
    /// </summary>
    private async Task<DaySlots> InOrderAsync(Message message, UserPreferences user, CountedDays days, CancellationToken cancellation)
    {
        if (message.EverAccepted || !days.Day.Holds(message.Id) || days.Count <= user.DailyLimit)
            return days.Day;
        var later = days.Day.MessageIds.SkipWhile(id => id != message.Id).Skip(1).ToList();
        var found = await messages.FindManyAsync(later, cancellation);
        return days.Day.Ahead(found.Where(other => other.EverAccepted || other.Status == MessageStatus.Sending).Select(other => other.Id).ToHashSet());
    }

    /// <summary>The context with the event as the calendar has it now, if it comes to that.</summary>
    private async Task<SendContext> PeekAsync(SendContext context, CancellationToken cancellation)
    {
        if (context.Message is not { Event: not null, Status: MessageStatus.Scheduled })
            return context;
        var (sight, message) = await events.PeekAsync(context.Message, context.User, cancellation);
        return Seen(ReferenceEquals(message, context.Message) ? context : (await ContextAsync(message, cancellation)).Context, sight);
    }

    private static SendContext Seen(SendContext context, EventSight sight) =>
        context with { Event = sight.StandingOf(context.Message, context.Now) };

    private async Task<GuardResult> ChangeAsync(Document<Message> version, Transition transition, CancellationToken cancellation)
    {
        if (transition is Transition.Changed { Next: var next })
            await messages.TryReplaceAsync(version, next, cancellation);
        return new GuardResult.Changed();
    }
}
