using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Calendar;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Hosting.Storage;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Messages;

/// <summary>What became of a request to accept a message.</summary>
internal abstract record Acceptance
{
    private Acceptance()
    {
    }

    public sealed record Accepted(Message Message) : Acceptance;

    /// <summary>The same request was accepted before.</summary>
    public sealed record Repeated(Message Message) : Acceptance;

    /// <summary>Another request was accepted under the same id.</summary>
    public sealed record Conflict : Acceptance;

    /// <summary>The send time has passed.</summary>
    public sealed record InThePast(string Field) : Acceptance;

    /// <summary>The send time lies further ahead than anything can wait.</summary>
    public sealed record TooFarAhead(string Field) : Acceptance;

    /// <summary>The user's calendar has no such timed event ahead.</summary>
    public sealed record UnknownEvent : Acceptance;

    /// <summary>A rule refuses the user's messages at the door.</summary>
    public sealed record Refused(StatusReason Reason) : Acceptance;
}

/// <summary>
/// Accepts messages. Record and index are written first, the start of the workflow commits: a record whose workflow never
/// came to be is no message, invisible to readers and free to be written over. Every step may be repeated.
/// </summary>
internal sealed class MessageAcceptance(
    MessageRepository messages,
    MessageIndex index,
    MessageEngine engine,
    EventLookup eventLookup,
    IUserDirectory users,
    SmsOptions options,
    TwilioOptions twilio,
    Backoff backoff,
    IClock clock)
{
    /// <summary>A request that has not started its workflow by then never will.</summary>
    private static readonly Duration UnderWay = Duration.FromMinutes(1);

    /// <summary>Well before that, since starting takes its time too.</summary>
    private static readonly Duration StartsWithin = Duration.FromSeconds(30);

    /// <summary>Spread over a second or two.</summary>
    private const int Looks = 8;

    /// <summary>What the planner accepts under an id is always the same reminder, whatever its event looks like by then.</summary>
    private const string ReminderFingerprint = "reminder";

    /// <param name="id">The message id.</param>
    /// <param name="mayExist">Whether the caller chose the id, so that the request may be a repetition.</param>
    /// <param name="request">A valid request.</param>
    /// <param name="createdBy">Name of the caller.</param>
    /// <param name="cancellation">Ends the attempt to accept; nothing is accepted then, unless the workflow was started already.</param>
    public async Task<Acceptance> AcceptAsync(
        string id, bool mayExist, CreateMessageRequest request, string createdBy, CancellationToken cancellation)
    {
        var existing = mayExist ? await messages.FindAsync(id, cancellation) : null;
        return await AcceptAsync(id, existing, request.Fingerprint(), () => DraftAsync(id, request, createdBy, cancellation), cancellation);
    }

    /// <summary>Accepts a reminder under the id that was derived for it.</summary>
    /// <param name="reminder">The message.</param>
    /// <param name="user">Its user.</param>
    /// <param name="cancellation">Ends the attempt to accept; repeating it is harmless.</param>
    public Task<Acceptance> AcceptAsync(NewMessage reminder, UserPreferences user, CancellationToken cancellation) =>
        AcceptAsync(reminder.Id, existing: null, ReminderFingerprint, () => Task.FromResult(Draft(reminder, user)), cancellation);

    /// <summary>Whether a stored record is a message: accepted, or about to be because its workflow exists.</summary>
    public async Task<bool> IsVisibleAsync(Message message, CancellationToken cancellation) =>
        message.Accepted || await engine.ExistsAsync(message.Id, cancellation);

    private async Task<Acceptance> AcceptAsync(
        string id, Document<Message>? existing, string fingerprint, Func<Task<Drafted>> draft, CancellationToken cancellation)
    {
        while (true)
        {
            if (existing is not null && await JudgeExistingAsync(existing, fingerprint, cancellation) is { } judged)
                return judged;

            var (refused, message) = await draft();
            if (refused is not null)
                return refused;

            var stored = existing is null
                ? messages.TryCreateAsync(message!, cancellation)
                : messages.TryReplaceAsync(existing, message!, cancellation);
            await Task.WhenAll(stored, index.AddAsync(message!.UserId, message.SendAt, id, cancellation));
            if (await stored)
            {
                // The reconciler takes a record this old for one whose request died.
                if (clock.GetCurrentInstant() - message.UpdatedAt > StartsWithin)
                    throw new AcceptanceUnderWayException();
                await engine.StartAsync(id, cancellation);
                return new Acceptance.Accepted(message);
            }

            existing = await messages.FindAsync(id, cancellation);
        }
    }

    /// <summary>Null when nothing was ever accepted under the id, so that it may be written over.</summary>
    private async Task<Acceptance?> JudgeExistingAsync(Document<Message> existing, string fingerprint, CancellationToken cancellation)
    {
        var message = existing.Value;
        if (message.RequestFingerprint == fingerprint)
        {
            if (!message.Accepted)
            {
                // Died long ago: what it was judged by, its send time above all, may have passed.
                if (!IsUnderWay(message) && !await engine.ExistsAsync(message.Id, cancellation))
                    return null;

                // The first request may have died anywhere on its way; what it did is done again. Touched first: the
                // reconciler may be about to discard it, and only one of the two can have this version.
                if (message.Touch(clock.GetCurrentInstant()) is Transition.Changed { Next: var touched }
                    && !await messages.TryReplaceAsync(existing, touched, cancellation))
                {
                    return null;
                }

                await index.AddAsync(message.UserId, message.SendAt, message.Id, cancellation);
                await engine.StartAsync(message.Id, cancellation);
            }

            return new Acceptance.Repeated(message);
        }

        if (await IsVisibleAsync(message, cancellation))
            return new Acceptance.Conflict();

        // Its request may be about to start the workflow; written over now, both would be told that they were accepted.
        if (message.RequestFingerprint is null || !IsUnderWay(message))
            return null;
        return await BecomesVisibleAsync(message, cancellation) ? new Acceptance.Conflict() : throw new AcceptanceUnderWayException();
    }

    /// <summary>Whether the workflow of a record is there within moments, as it is unless its request died on the way.</summary>
    private async Task<bool> BecomesVisibleAsync(Message message, CancellationToken cancellation)
    {
        for (var look = 1; look <= Looks; look++)
        {
            await backoff.PauseAsync(look, cancellation);
            if (await engine.ExistsAsync(message.Id, cancellation))
                return true;
        }

        return false;
    }

    private bool IsUnderWay(Message message) => clock.GetCurrentInstant() - message.UpdatedAt < UnderWay;

    private Drafted Draft(NewMessage reminder, UserPreferences user) =>
        Refusal(user) is { } refused ? new(refused, null) : new(null, Create(reminder with { RequestFingerprint = ReminderFingerprint }, user));

    private async Task<Drafted> DraftAsync(string id, CreateMessageRequest request, string createdBy, CancellationToken cancellation)
    {
        var user = await users.FindAsync(request.UserId!, cancellation);
        var now = clock.GetCurrentInstant();
        var (sendAt, timeZone) = request.Schedule(user, now);
        var field = request.SendAtLocal is null ? "sendAt" : "sendAtLocal";
        if (MessageLimits.IsPast(sendAt, now))
            return new(new Acceptance.InThePast(field), null);
        if (MessageLimits.IsTooFarAhead(sendAt, now))
            return new(new Acceptance.TooFarAhead(field), null);
        if (Refusal(user) is { } refused)
            return new(refused, null);

        CalendarEvent? calendarEvent = null;
        if (request.CalendarEventId is { } eventId
            && (calendarEvent = await eventLookup.AttachAsync(user.UserId, eventId, id, cancellation)) is null)
        {
            return new(new Acceptance.UnknownEvent(), null);
        }

        var message = new NewMessage
        {
            Id = id,
            UserId = request.UserId!,
            Type = MessageType.Custom,
            Text = new MessageText(request.Body!, BodySource.Caller),
            SendAt = sendAt,
            SendAtLocal = request.SendAtLocal,
            FollowsUserZone = request.SendAtLocal is not null && request.TimeZone is null,
            TimeZone = timeZone,
            Event = calendarEvent,
            MaxAttempts = request.MaxAttempts ?? options.MaxSendAttempts,
            MaxLateness = request.MaxLateness,
            QuietHoursOverrideReason = request.OverrideReason?.Trim(),
            RequestFingerprint = request.Fingerprint(),
            CreatedBy = createdBy,
            Source = TimelineSource.Api,
        };
        return new(null, Create(message, user));
    }

    private static Acceptance.Refused? Refusal(UserPreferences user) => user switch
    {
        { OptOut: not null } => new(StatusReason.OptedOut),
        { Phone: not { Verified: true } } => new(StatusReason.PhoneNotVerified),
        _ => null,
    };

    private Message Create(NewMessage data, UserPreferences user)
    {
        var message = MessageLifecycle.Create(data with { SmartEncoding = twilio.SmartEncoding }, clock.GetCurrentInstant());
        return message with { Sms = message.Sms with { To = user.Phone!.Number } };
    }

    /// <summary>A refusal, or the message to store.</summary>
    private sealed record Drafted(Acceptance? Refused, Message? Message);
}

/// <summary>Another request under the same id may still be under way; what becomes of it is known in a minute.</summary>
internal sealed class AcceptanceUnderWayException() : SidecarUnavailableException("Another request under this id may still be under way.");
