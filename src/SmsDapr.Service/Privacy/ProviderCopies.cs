using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Delivery;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;

namespace SmsDapr.Service.Privacy;

/// <summary>
/// Redacts or deletes Twilio's copies of a message that is over, as <c>Twilio:Copies</c> asks. Twilio refuses that right after a message ended, and rarely
/// for days, so it is asked again with growing gaps. Repeating is harmless: the record is marked when all copies are done.
/// </summary>
internal sealed partial class ProviderCopies(
    TwilioClient twilio, MessageRepository messages, TwilioOptions options, IClock clock, ILogger<ProviderCopies> logger)
{
    private static readonly Duration LongestGap = Duration.FromDays(1);

    /// <summary>In rare cases Twilio takes this long until it lets go of a message.</summary>
    private static readonly Duration GivenUpAfter = Duration.FromDays(15);

    /// <summary>Whether Twilio keeps its copies.</summary>
    public bool AreKept => options.Copies == ProviderCopy.Keep;

    /// <summary>Whether a message that is over still has copies at Twilio that are not to stay there.</summary>
    public bool AreOwed(Message message) =>
        !AreKept
        && message is { IsOver: true, RedactedAt: null }
        && message.Sms.Attempts.Any(attempt => attempt.TwilioSid is not null);

    /// <summary>When to try again; null when nothing is left to do.</summary>
    public async Task<Instant?> RemoveAsync(Message message, CallBudget budget, CancellationToken cancellation)
    {
        foreach (var sid in message.Sms.Attempts.Select(attempt => attempt.TwilioSid).OfType<string>())
        {
            if (!budget.TryTake())
                return clock.GetCurrentInstant() + Duration.FromMinutes(1);
            if (!await IsRemovedAsync(sid, cancellation))
                return Later(message);
        }

        await messages.ApplyAsync(message.Id, current => current.Redacted(clock.GetCurrentInstant()), cancellation);
        return null;
    }

    private async Task<bool> IsRemovedAsync(string sid, CancellationToken cancellation)
    {
        try
        {
            return options.Copies == ProviderCopy.Delete
                ? await twilio.DeleteAsync(sid, cancellation)
                : await twilio.RedactAsync(sid, cancellation);
        }
        catch (Exception e) when (TwilioFailures.IsNoAnswer(e, cancellation))
        {
            return false;
        }
    }

    private Instant? Later(Message message)
    {
        var now = clock.GetCurrentInstant();
        var age = now - message.UpdatedAt;
        if (age < GivenUpAfter)
            return now + Duration.Max(OpenMessages.Grace, Duration.Min(age, LongestGap));
        LogGivenUp(logger, message.Id);
        return null;
    }

    [LoggerMessage(6001, LogLevel.Error, "Twilio kept its copy of message {MessageId} for 15 days in spite of every request to remove it")]
    private static partial void LogGivenUp(ILogger logger, string messageId);
}
