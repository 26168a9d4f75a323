using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Composing;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Service.Messages;

namespace SmsDapr.Service.Planning;

/// <summary>
/// Brings the messages of one event in line with it: decides (Core), stores the decision, carries it out. Any number of processes may do so at once and die
/// anywhere: the decision is stored by compare-and-set, ids are derived from it, and deciding again comes to the same.
/// </summary>
internal sealed partial class EventReminders(
    CalendarEvents events,
    MessageRepository messages,
    MessageIndex index,
    MessageEngine engine,
    MessageAcceptance acceptance,
    IReminderComposer composer,
    SmsOptions options,
    ComposingOptions wording,
    IClock clock,
    ILogger<EventReminders> logger)
{
    private const int MaxTries = 20;

    /// <summary>The current local day of a user, to decide in.</summary>
    public PlanningContext Today(UserPreferences user) => PlanningContext.Today(user, clock.GetCurrentInstant(), wording.DefaultLanguage);

    /// <param name="stored">The event as it was read.</param>
    /// <param name="etag">The version that was read; null when it is not known.</param>
    /// <param name="context">The user's day.</param>
    /// <param name="cancellation">Ends it anywhere.</param>
    public async Task<ReminderOutcome> BringInLineAsync(StoredEvent stored, string? etag, PlanningContext context, CancellationToken cancellation)
    {
        await BringAttachedInLineAsync(stored, context, cancellation);
        var version = new Document<StoredEvent>(stored, etag ?? "");
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var decision = await DecideAsync(version.Value.Track, context, cancellation);
            if (decision.IsAlready(version.Value.Track))
                return ReminderOutcome.Of(decision);

            if (version.ETag.Length == 0 || !await StoreAsync(version, decision.Track, cancellation))
            {
                if (await FindAsync(version.Value.Track, cancellation) is not { } latest)
                    return ReminderOutcome.Of(decision);
                version = latest;
                continue;
            }

            if (await CarryOutAsync(decision, context, cancellation) is { } outcome)
                return outcome;
            if (await FindAsync(version.Value.Track, cancellation) is not { } next)
                return ReminderOutcome.Of(decision);
            version = next;
        }

        throw new StateStoreUnavailableException("An event or its message kept being changed by others.");
    }

    /// <summary>What would be done, without doing it.</summary>
    public async Task<PlanningDecision> DecideAsync(ReminderTrack track, PlanningContext context, CancellationToken cancellation) =>
        ReminderPlanner.Decide(track, await FindMessageAsync(track.MessageId, cancellation), context);

    /// <summary>
    /// What <see cref="BringInLineAsync"/> would make of a message that waits, without doing it. The words stay as they are: a new text is not written for a look.
    /// </summary>
    public static Transition Foresee(Message message, ReminderTrack track, PlanningContext context)
    {
        if (message.Type != MessageType.EventReminder)
            return Follow(message, track.Entry, context);
        return message.Id == track.MessageId
            ? ReminderPlanner.Decide(track, message, context) switch
            {
                PlanningDecision.Follow follow => Follow(message, follow.Reminder, text: null, context.Now),
                PlanningDecision.Cancel cancel => Cancel(message, cancel, context.Now),
                _ => new Transition.Unchanged(message),
            }
            : new Transition.Unchanged(message);
    }

    private async Task<Message?> FindMessageAsync(string? id, CancellationToken cancellation) =>
        id is not null
        && await messages.FindAsync(id, cancellation) is { Value: var message }
        && await acceptance.IsVisibleAsync(message, cancellation)
            ? message
            : null;

    private Task<Document<StoredEvent>?> FindAsync(ReminderTrack track, CancellationToken cancellation) =>
        events.FindAsync(track.UserId, track.CalendarId, track.EventId, cancellation);

    private async Task<bool> StoreAsync(Document<StoredEvent> version, ReminderTrack track, CancellationToken cancellation) =>
        ReferenceEquals(track, version.Value.Track) || await events.TryReplaceAsync(version, version.Value with { Track = track }, cancellation);

    /// <summary>Null when the message was not what it was taken for, so that it has to be decided anew.</summary>
    private async Task<ReminderOutcome?> CarryOutAsync(PlanningDecision decision, PlanningContext context, CancellationToken cancellation)
    {
        switch (decision)
        {
            case PlanningDecision.Create create:
                return await CreateAsync(create, context, cancellation);
            case PlanningDecision.Follow { Reminder: var reminder } follow:
                var text = follow.Reword ? await ComposeAsync(reminder, follow.Track, cancellation) : null;
                await index.AddAsync(context.User.UserId, reminder.SendAt, reminder.MessageId, cancellation);
                return await ChangeAsync(
                    reminder.MessageId,
                    message => Follow(message, reminder, text, clock.GetCurrentInstant()),
                    decision,
                    cancellation);
            case PlanningDecision.Cancel cancel:
                return await ChangeAsync(
                    cancel.MessageId, message => Cancel(message, cancel, clock.GetCurrentInstant()), decision, cancellation);
            default:
                return ReminderOutcome.Of(decision);
        }
    }

    private Task<MessageText> ComposeAsync(PlannedReminder reminder, ReminderTrack track, CancellationToken cancellation) =>
        composer.ComposeAsync(new ReminderRequest(reminder.Facts, track.Entry?.Description), cancellation);

    private async Task<ReminderOutcome?> CreateAsync(PlanningDecision.Create create, PlanningContext context, CancellationToken cancellation)
    {
        var text = await ComposeAsync(create.Reminder, create.Track, cancellation);
        var reminder = create.Reminder.ToMessage(context.User.UserId, text, options.MaxSendAttempts);
        switch (await acceptance.AcceptAsync(reminder, context.User, cancellation))
        {
            case Acceptance.Accepted:
                return ReminderOutcome.Of(create);
            case Acceptance.Refused refused:
                return new ReminderOutcome.Skipped(SnakeCase.Of(refused.Reason));
            case Acceptance.Conflict:
                LogConflict(logger, reminder.Id);
                return new ReminderOutcome.Skipped("idempotency_conflict");
            default:
                return null;
        }
    }

    private async Task<ReminderOutcome?> ChangeAsync(
        string id, Func<Message, Transition> fact, PlanningDecision decision, CancellationToken cancellation)
    {
        switch (await messages.ApplyAsync(id, fact, cancellation))
        {
            case Transition.Changed { Next: var next }:
                await engine.NudgeAsync(next, cancellation);
                return new ReminderOutcome.Changed(next.Id);
            case Transition.Unchanged:
                return ReminderOutcome.Of(decision);
            default:
                return null;
        }
    }

    /// <summary>Callers' own messages keep their time and text; they end when the event does.</summary>
    private async Task BringAttachedInLineAsync(StoredEvent stored, PlanningContext context, CancellationToken cancellation)
    {
        foreach (var message in await messages.FindManyAsync(stored.Attached, cancellation))
        {
            if (message is not { Status: MessageStatus.Scheduled, Event: not null } || !message.Accepted)
                continue;
            var transition = await messages.ApplyAsync(message.Id, current => Follow(current, stored.Track.Entry, context), cancellation);
            if (transition is Transition.Changed { Next: var next })
                await engine.NudgeAsync(next, cancellation);
        }
    }

    private static Transition Follow(Message message, PlannedReminder reminder, MessageText? text, Instant now) =>
        message.FollowEvent(reminder.Event, reminder.SendAt, text, now);

    private static Transition Cancel(Message message, PlanningDecision.Cancel cancel, Instant now) =>
        message.Cancel(cancel.Reason, TimelineSource.Calendar, now);

    private static Transition Follow(Message message, CalendarEntry? entry, PlanningContext context) =>
        EventStandings.Of(message, entry, context.CalendarConnected, context.Now) is var standing && standing.Ends() is { } reason
            ? message.Cancel(reason, TimelineSource.Calendar, context.Now)
            : message.StayWithEvent(entry!.ToEvent(), context.Now);

    [LoggerMessage(5101, LogLevel.Warning, "The id {MessageId} of a reminder is taken by another message; there is no reminder")]
    private static partial void LogConflict(ILogger logger, string messageId);
}
