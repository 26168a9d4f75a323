using System.Globalization;
using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Sending;

/// <summary>
/// Makes the create call of an attempt whose intent is stored, and settles attempts whose outcome is open. At most one
/// accepted create per attempt: what is unknown is looked up at Twilio before anything is tried again.
/// </summary>
internal sealed class AttemptMaker(
    MessageRepository messages,
    TwilioClient twilio,
    AttemptLookup lookup,
    SendGuard guard,
    SendingPause pause,
    TwilioCircuit circuit,
    SenderPace pace,
    IUserDirectory users,
    TwilioOptions options,
    SmsOptions sms,
    IClock clock)
{
    // Without rc and rp in the fragment Twilio does not repeat a callback that was answered 5xx.
    private const string CallbackRetries = "#rc=3&rp=ct,rt,5xx";

    private static readonly Duration LookAgain = Duration.FromSeconds(30);

    /// <summary>Twilio is being tried by another message's call.</summary>
    private static readonly Duration TrySoon = Duration.FromSeconds(5);

    /// <summary>
    /// Calls Twilio once, unless it is <paramref name="leavesBefore"/> before its turn comes, and stores what came of it. Answers the record as stored; null
    /// when it is gone.
    /// </summary>
    public async Task<Message?> MakeAsync(Message message, Instant leavesBefore, CancellationToken cancellation)
    {
        var number = message.Attempts;
        var request = new CreateMessage(
            message.Sms.To!, message.Body, message.Sms.SmartEncoding, StatusCallback(message.Id, number), leavesBefore);
        switch (await twilio.CreateAsync(request, cancellation))
        {
            case CreateOutcome.Accepted accepted:
                pace.Accepted();
                return await StoreAsync(message, m => m.AttemptAccepted(number, accepted.Sid, accepted.Status, Now), cancellation);
            case CreateOutcome.Refused refused:
                return await RefusedAsync(message, new ProviderError(refused.Code, refused.HttpStatus, refused.Text), cancellation);
            case CreateOutcome.NotMade:
                return await StoreAsync(message, OfThisCall(message, m => m.AttemptWithdrawn(number, circuit.OpenUntil ?? (Now + TrySoon), Now)), cancellation);
            case CreateOutcome.Unknown unknown:
                var lost = await LostAsync(message, new ProviderError(unknown.Code, unknown.HttpStatus, unknown.Text), cancellation);

                // An answered request is over, so a look-up now is as good as any; an unanswered one may still be under way.
                return unknown.HttpStatus is null || lost is not { Status: MessageStatus.Sending }
                    ? lost
                    : await LookUpAsync(lost, cancellation) ?? lost;
            default:
                throw new InvalidOperationException("Unknown outcome of a create call.");
        }
    }

    /// <summary>Settles an attempt found open: after a crash, a lost answer, or beside another worker that is in the middle of it.</summary>
    /// <returns>When to look again; null when the record has changed and is to be read again.</returns>
    public async Task<Instant?> SettleAsync(Document<Message> version, CancellationToken cancellation)
    {
        var message = version.Value;
        var attempt = message.CurrentAttempt!;
        AttemptFinding finding;
        try
        {
            finding = await lookup.FindAsync(message, attempt, cancellation);
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            return Now + LookAgain;
        }

        var callIsOver = attempt.RequestedAt + AttemptLookup.CallIsOver;
        switch (finding)
        {
            case AttemptFinding.Found found:
                var adopted = await AdoptAsync(message, attempt, found.Message, cancellation);
                return adopted is null or { Status: MessageStatus.Sending } ? Now + LookAgain : null;
            case AttemptFinding.Ambiguous:
                return Now + LookAgain;
            case AttemptFinding.Absent when Now < callIsOver:
                return callIsOver;
        }

        if (attempt.Outcome == Core.Messages.CreateOutcome.Requested && await guard.AllowsAgainAsync(message, cancellation) is { } again)
        {
            if (message.RestartAttempt(attempt.Number, message.Sms.To!, Now, again.Words) is Transition.Changed { Next: var restarted }
                && await messages.TryReplaceAsync(version, restarted, cancellation))
            {
                await MakeAsync(restarted, again.LeavesBefore, cancellation);
            }
        }
        else
        {
            // It stays in the record, though it may never have been called: a receipt that comes after all still finds it.
            await StoreAsync(message, m => m.AttemptAbsent(attempt.Number, Now, sms.Retry), cancellation);
        }

        return null;
    }

    private Instant Now => clock.GetCurrentInstant();

    private async Task<Message?> LookUpAsync(Message message, CancellationToken cancellation)
    {
        var attempt = message.CurrentAttempt!;
        try
        {
            return await lookup.FindAsync(message, attempt, cancellation) switch
            {
                AttemptFinding.Found found => await AdoptAsync(message, attempt, found.Message, cancellation),
                AttemptFinding.Absent => await StoreAsync(
                    message, m => m.AttemptAbsent(attempt.Number, Now, sms.Retry), cancellation),
                _ => null,
            };
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            // Twilio does not answer reads either; the attempt stays open and is settled by a later step.
            return null;
        }
    }

    private Task<Message?> AdoptAsync(Message message, SendAttempt attempt, TwilioMessage found, CancellationToken cancellation) =>
        StoreAsync(
            message, m => m.AttemptFound(attempt.Number, found.Sid, found.Status, found.ErrorCode, Now, sms.Retry), cancellation);

    private async Task<Message?> RefusedAsync(Message message, ProviderError error, CancellationToken cancellation)
    {
        await HeedAsync(message, error, cancellation);
        return await StoreAsync(message, OfThisCall(message, m => m.AttemptRefused(message.Attempts, error, Now, sms.Retry)), cancellation);
    }

    private async Task<Message?> LostAsync(Message message, ProviderError error, CancellationToken cancellation)
    {
        await HeedAsync(message, error, cancellation);
        return await StoreAsync(message, OfThisCall(message, m => m.AttemptLost(message.Attempts, error, Now)), cancellation);
    }

    /// <summary>What an error says about more than this message: the account, the pace, the recipient.</summary>
    private async Task HeedAsync(Message message, ProviderError error, CancellationToken cancellation)
    {
        var meaning = ErrorCatalogue.Find(error);
        if (meaning.Category == ErrorCategory.AccountAuth)
            await pause.BeginAsync(cancellation);
        if (meaning.Category == ErrorCategory.RateLimit)
            pace.RateLimited();
        if (meaning.OptsOut)
            await users.OptOutNumberAsync(message.UserId, message.Sms.To, cancellation);
    }

    /// <summary>A fact about a call that brought nothing. The attempt may have been made again meanwhile: then it says nothing of the later call.</summary>
    private static Func<Message, Transition> OfThisCall(Message made, Func<Message, Transition> fact) => current =>
        current.Sms.Attempts.FirstOrDefault(attempt => attempt.Number == made.Attempts)?.RequestedAt == made.CurrentAttempt!.RequestedAt
            ? fact(current)
            : new Transition.Unchanged(current);

    private async Task<Message?> StoreAsync(Message message, Func<Message, Transition> fact, CancellationToken cancellation) =>
        await messages.ApplyAsync(message.Id, fact, cancellation) switch
        {
            Transition.Changed { Next: var next } => next,
            Transition.Unchanged { Current: var current } => current,
            _ => null,
        };

    private Uri? StatusCallback(string messageId, int attempt) =>
        options.PublicBaseUrl is { } address
            ? new Uri(string.Create(
                CultureInfo.InvariantCulture,
                $"{address.AbsoluteUri.TrimEnd('/')}/webhooks/twilio/status?messageId={Uri.EscapeDataString(messageId)}&attempt={attempt}{CallbackRetries}"))
            : null;
}
