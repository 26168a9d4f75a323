using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Sending;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Delivery;

/// <summary>A status callback whose signature matched.</summary>
internal sealed record StatusCallback(
    string TwilioSid, string Status, int? ErrorCode, string? To, string? MessageId, int? Attempt, LocalDateTime? CarrierDoneAt)
{
    /// <summary>Id and status only: the number must not reach a log.</summary>
    public override string ToString() => $"callback of {TwilioSid}: {Status}";
}

/// <summary>Finds the message of a receipt.</summary>
internal sealed class StatusReceipts(UserMessages userMessages, ReceiptMerge receipts, IUserDirectory users, TwilioClient twilio, IClock clock)
{
    /// <summary>Returns when the receipt is stored or known to change nothing; throws when it could not be stored.</summary>
    public async Task TakeAsync(StatusCallback callback, CancellationToken cancellation)
    {
        var (messageId, attempt) = callback.MessageId is { } known ? (known, callback.Attempt) : (await FindBySidAsync(callback, cancellation), null);
        if (messageId is null || !MessageId.IsValid(messageId))
            return;

        var fact = new ReceiptFact(
            attempt, callback.TwilioSid, callback.Status, callback.ErrorCode, clock.GetCurrentInstant(), TimelineSource.Twilio)
        {
            To = callback.To,
            CarrierDoneAt = callback.CarrierDoneAt,
        };
        await receipts.TakeAsync(messageId, fact, cancellation);
    }

    /// <summary>
    /// A callback without our ids: its number, which Twilio knows too, leads to the user, and the user's messages to the SID. Nearly all come within a day; for
    /// the others Twilio knows when the message was created, which is after its send time and no later than the longest lateness.
    /// </summary>
    private async Task<string?> FindBySidAsync(StatusCallback callback, CancellationToken cancellation)
    {
        var resource = callback.To is null ? await twilio.FetchAsync(callback.TwilioSid, cancellation) : null;
        if ((callback.To ?? resource?.To) is not { } number || await users.FindTexterAsync(number, cancellation) is not { } userId)
            return null;
        if (Find(await userMessages.AroundAsync(userId, clock.GetCurrentInstant(), cancellation)) is { } near)
            return near;

        resource ??= await twilio.FetchAsync(callback.TwilioSid, cancellation);
        if (resource?.CreatedAt is not { } createdAt)
            return null;
        await foreach (var day in userMessages.DaysBackAsync(userId, createdAt, cancellation))
        {
            if (Find(day) is { } found)
                return found;
        }

        return null;

        string? Find(IEnumerable<Message> messages) =>
            messages.FirstOrDefault(message => message.Sms.Attempts.Any(attempt => attempt.TwilioSid == callback.TwilioSid))?.Id;
    }
}
