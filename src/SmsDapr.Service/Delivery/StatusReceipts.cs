using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Users;
using SmsDapr.Service.Messages;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Delivery;

/// <summary>A status callback whose signature matched.</summary>
internal sealed record StatusCallback(string TwilioSid, string Status, int? ErrorCode, string? To, string? MessageId, int? Attempt);

/// <summary>Merges receipts into records: stored first, then the workflow is nudged.</summary>
internal sealed class StatusReceipts(
    MessageRepository messages, UserMessages userMessages, MessageEngine engine, IUserDirectory users, IClock clock)
{
    /// <summary>Returns when the receipt is stored or known to change nothing; throws when it could not be stored.</summary>
    public async Task TakeAsync(StatusCallback callback, CancellationToken cancellation)
    {
        var (messageId, attempt) = callback is { MessageId: not null, Attempt: not null }
            ? (callback.MessageId, callback.Attempt)
            : (await FindBySidAsync(callback, cancellation), null);
        if (messageId is null || !MessageId.IsValid(messageId))
            return;

        var fact = new ReceiptFact(
            attempt, callback.TwilioSid, callback.Status, callback.ErrorCode, clock.GetCurrentInstant(), TimelineSource.Twilio);
        var transition = await messages.ApplyAsync(messageId, message => message.ApplyReceipt(fact, RetryOptions.Default), cancellation);
        if (transition is not Transition.Changed { Next: var next })
            return;

        if (ErrorCatalogue.Find(callback.ErrorCode).OptsOut)
            await users.OptOutAsync(next.UserId, OptOutReason.Provider, cancellation);
        if (next.Status != MessageStatus.Sent)
            await engine.NudgeAsync(next, cancellation);
    }

    /// <summary>A callback without our ids: its number leads to the user, and the user's messages to the SID.</summary>
    private async Task<string?> FindBySidAsync(StatusCallback callback, CancellationToken cancellation)
    {
        if (callback.To is null || await users.FindByPhoneAsync(callback.To, cancellation) is not { } userId)
            return null;

        var near = await userMessages.AroundAsync(userId, clock.GetCurrentInstant(), cancellation);
        return near.FirstOrDefault(message => message.Sms.Attempts.Any(attempt => attempt.TwilioSid == callback.TwilioSid))?.Id;
    }
}
