using System.Text.Json;
using SmsDapr.Core.Messages;

namespace SmsDapr.Core.Tests.Messages;

/// <summary>What holds of every message at every moment.</summary>
internal static class MessageInvariants
{
    public static void ShouldBeConsistent(this Message message)
    {
        var sms = message.Sms;
        sms.ScheduledSmsId.ShouldBe(message.Id);
        message.SmsMessageId.ShouldBe(sms.Id);
        message.TwilioSid.ShouldBe(sms.TwilioSid);
        message.DeliveredAt.ShouldBe(sms.DeliveredAt);
        message.FailedAt.ShouldBe(sms.FailedAt);
        Allowed(message.Status).ShouldContain(sms.Status);

        message.Attempts.ShouldBeLessThanOrEqualTo(message.MaxAttempts);
        sms.Attempts.Select(attempt => attempt.Number).ShouldBe(Enumerable.Range(1, message.Attempts));
        sms.Attempts.Where(attempt => attempt.TwilioSid is not null).Select(attempt => attempt.TwilioSid).ShouldBeUnique();

        (message.Status == MessageStatus.Delivered).ShouldBe(message.DeliveredAt is not null);
        (message.Status == MessageStatus.Failed).ShouldBe(message.FailedAt is not null);
        (message.Status == MessageStatus.Cancelled).ShouldBe(message.CancelledAt is not null);
        if (message.Status != MessageStatus.Scheduled)
            message.NextAttemptAt.ShouldBeNull();
        if (message.Status is MessageStatus.Failed or MessageStatus.Cancelled)
            message.StatusReason.ShouldNotBeNull();
        if (message.Status == MessageStatus.Failed)
            message.LastError.ShouldNotBeNullOrWhiteSpace();
        if (message.Status == MessageStatus.Delivered)
            sms.Attempts.Single(attempt => attempt.TwilioSid == message.TwilioSid).Status.ShouldBe(SmsStatus.Delivered);
        (message.LastError ?? "").ShouldNotContain("null");
        (message.LastError ?? "").ShouldNotContain("undefined");
        if (message.SentAt is { } sentAt)
            (message.DeliveredAt ?? message.UpdatedAt).ShouldBeGreaterThanOrEqualTo(sentAt);

        message.Timeline.Select(entry => entry.Sequence).ShouldBe(Enumerable.Range(1, message.Timeline.Count).Select(number => (long)number));
        message.Timeline[^1].Status.ShouldBe(message.Status);
        message.Timeline[^1].Reason.ShouldBe(message.StatusReason);
        message.UpdatedAt.ShouldBeGreaterThanOrEqualTo(message.Timeline[^1].At);
        foreach (var (before, after) in message.Timeline.Zip(message.Timeline.Skip(1)))
        {
            after.At.ShouldBeGreaterThanOrEqualTo(before.At);
            MayFollow(before.Status, after).ShouldBeTrue();
        }
    }

    public static void ShouldSurviveStoring(this Message message)
    {
        var json = message.Json();
        JsonSerializer.Deserialize<Message>(json, CoreJson.Options)!.Json().ShouldBe(json);
    }

    public static void ShouldFollow(this Message next, Message previous)
    {
        next.UpdatedAt.ShouldBeGreaterThanOrEqualTo(previous.UpdatedAt);
        next.Timeline.Take(previous.Timeline.Count).ShouldBe(previous.Timeline);
        if (previous.Status == MessageStatus.Delivered)
            next.Status.ShouldBe(MessageStatus.Delivered);
        foreach (var (before, after) in previous.Sms.Attempts.Zip(next.Sms.Attempts))
        {
            if (before.TwilioSid is not null)
                after.TwilioSid.ShouldBe(before.TwilioSid);
            if (before.Status == SmsStatus.Delivered)
                after.Status.ShouldBe(SmsStatus.Delivered);
        }
    }

    public static string Json(this Message message) => JsonSerializer.Serialize(message, CoreJson.Options);

    private static SmsStatus[] Allowed(MessageStatus status) => status switch
    {
        MessageStatus.Scheduled => [SmsStatus.Scheduled],
        MessageStatus.Sending => [SmsStatus.Queued],
        MessageStatus.Sent => [SmsStatus.Queued, SmsStatus.Sending, SmsStatus.Sent],
        MessageStatus.Delivered => [SmsStatus.Delivered],
        MessageStatus.Failed => [SmsStatus.Failed, SmsStatus.Undelivered, SmsStatus.Cancelled],
        MessageStatus.Cancelled => [SmsStatus.Cancelled],
        _ => [],
    };

    private static bool MayFollow(MessageStatus from, TimelineEntry to) => (from, to.Status) switch
    {
        (MessageStatus.Scheduled, not MessageStatus.Delivered) => true,
        // Without a reason when the first attempt was withdrawn before it was made.
        (MessageStatus.Sending, MessageStatus.Scheduled) => to.Reason is StatusReason.Retry or null,
        (MessageStatus.Sent, MessageStatus.Scheduled) => to.Reason == StatusReason.Retry,
        (MessageStatus.Sending, MessageStatus.Sent or MessageStatus.Failed) => true,
        (MessageStatus.Sent, MessageStatus.Sent or MessageStatus.Failed) => true,
        (not MessageStatus.Delivered, MessageStatus.Delivered) => true,
        _ => false,
    };
}
