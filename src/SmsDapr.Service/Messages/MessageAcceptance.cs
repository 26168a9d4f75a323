using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
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

    /// <summary>A rule refuses the user's messages at the door.</summary>
    public sealed record Refused(StatusReason Reason) : Acceptance;
}

/// <summary>
/// Accepts messages. Record and index are written first, the start of the workflow commits: a record whose workflow never
/// came to be is no message, invisible to readers and free to be written over. Every step may be repeated.
/// </summary>
internal sealed class MessageAcceptance(
    MessageRepository messages, MessageIndex index, MessageEngine engine, IUserDirectory users, SmsOptions options, TwilioOptions twilio, IClock clock)
{
    /// <param name="id">The message id.</param>
    /// <param name="mayExist">Whether the caller chose the id, so that the request may be a repetition.</param>
    /// <param name="request">A valid request.</param>
    /// <param name="createdBy">Name of the caller.</param>
    /// <param name="cancellation">Ends the attempt to accept; nothing is accepted then, unless the workflow was started already.</param>
    public async Task<Acceptance> AcceptAsync(
        string id, bool mayExist, CreateMessageRequest request, string createdBy, CancellationToken cancellation)
    {
        var existing = mayExist ? await messages.FindAsync(id, cancellation) : null;
        while (true)
        {
            if (existing is not null && await JudgeExistingAsync(existing, request, cancellation) is { } judged)
                return judged;

            var user = await users.FindAsync(request.UserId!, cancellation);
            var now = clock.GetCurrentInstant();
            if (Refusal(user, request, now) is { } refused)
                return refused;

            var message = Create(id, request, user, now, createdBy);
            var stored = existing is null
                ? messages.TryCreateAsync(message, cancellation)
                : messages.TryReplaceAsync(existing, message, cancellation);
            await Task.WhenAll(stored, index.AddAsync(message.UserId, message.SendAt, id, cancellation));
            if (await stored)
            {
                await engine.StartAsync(id, cancellation);
                return new Acceptance.Accepted(message);
            }

            existing = await messages.FindAsync(id, cancellation);
        }
    }

    /// <summary>Whether a stored record is a message: accepted, or about to be because its workflow exists.</summary>
    public async Task<bool> IsVisibleAsync(Message message, CancellationToken cancellation) =>
        message.Accepted || await engine.ExistsAsync(message.Id, cancellation);

    /// <summary>Null when nothing was ever accepted under the id, so that it may be written over.</summary>
    private async Task<Acceptance?> JudgeExistingAsync(Document<Message> existing, CreateMessageRequest request, CancellationToken cancellation)
    {
        var message = existing.Value;
        if (message.RequestFingerprint == request.Fingerprint())
        {
            if (!message.Accepted)
            {
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

        return await IsVisibleAsync(message, cancellation) ? new Acceptance.Conflict() : null;
    }

    private static Acceptance? Refusal(UserPreferences user, CreateMessageRequest request, Instant now)
    {
        var field = request.SendAtLocal is null ? "sendAt" : "sendAtLocal";
        var sendAt = request.Schedule(user, now).SendAt;
        if (MessageLimits.IsPast(sendAt, now))
            return new Acceptance.InThePast(field);
        if (MessageLimits.IsTooFarAhead(sendAt, now))
            return new Acceptance.TooFarAhead(field);
        if (user.OptOut is not null)
            return new Acceptance.Refused(StatusReason.OptedOut);
        return user.Phone is { Verified: true } ? null : new Acceptance.Refused(StatusReason.PhoneNotVerified);
    }

    private Message Create(string id, CreateMessageRequest request, UserPreferences user, Instant now, string createdBy)
    {
        var (sendAt, timeZone) = request.Schedule(user, now);
        var message = MessageLifecycle.Create(
            new NewMessage
            {
                Id = id,
                UserId = request.UserId!,
                Type = MessageType.Custom,
                Text = new MessageText(request.Body!, BodySource.Caller),
                SendAt = sendAt,
                SendAtLocal = request.SendAtLocal,
                FollowsUserZone = request.SendAtLocal is not null && request.TimeZone is null,
                TimeZone = timeZone,
                MaxAttempts = request.MaxAttempts ?? options.MaxSendAttempts,
                MaxLateness = request.MaxLateness,
                QuietHoursOverrideReason = request.OverrideReason?.Trim(),
                SmartEncoding = twilio.SmartEncoding,
                RequestFingerprint = request.Fingerprint(),
                CreatedBy = createdBy,
                Source = TimelineSource.Api,
            },
            now);
        return message with { Sms = message.Sms with { To = user.Phone!.Number } };
    }
}
