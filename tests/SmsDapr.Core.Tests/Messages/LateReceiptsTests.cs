using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

/// <summary>Receipts that come before the answer, after a newer attempt began, or after the end.</summary>
public sealed class LateReceiptsTests
{
    [Fact]
    public void ApplyReceipt_of_a_retry_keeps_when_the_first_attempt_was_sent()
    {
        var again = Sent().ApplyReceipt(Receipt("sent", seconds: 3), Retry).Next().ApplyReceipt(Receipt("undelivered", code: 30003), Retry).Next();
        again = again.BeginAttempt(Phone, again.DueAt).Next().AttemptAccepted(2, Sid2, "queued", again.DueAt).Next();

        again.Sms.SentAt.ShouldBe(At(3));
        again.ApplyReceipt(Receipt("sent", attempt: 2, sid: Sid2, seconds: 600), Retry).Next().Sms.SentAt.ShouldBe(At(3));
        again.ApplyReceipt(Receipt("delivered", attempt: 2, sid: Sid2, seconds: 600), Retry).Next().Sms.SentAt.ShouldBe(At(3));
    }

    [Fact]
    public void ApplyReceipt_before_the_answer_adopts_the_sid()
    {
        var message = InFlight().ApplyReceipt(Receipt("delivered"), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Delivered);
        message.TwilioSid.ShouldBe(Sid1);
        message.Path().ShouldBe([MessageStatus.Scheduled, MessageStatus.Sending, MessageStatus.Sent, MessageStatus.Delivered]);
        message.AttemptAccepted(1, Sid1, "queued", At(6)).ShouldBeUnchanged();
        message.AttemptLost(1, ProviderError.NoAnswer, At(6)).ShouldBeUnchanged();
    }

    [Fact]
    public void ApplyReceipt_late_delivered_of_an_older_attempt_stops_the_newer_one()
    {
        var message = InFlightAgain().ApplyReceipt(Receipt("delivered", seconds: 600), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Delivered);
        message.TwilioSid.ShouldBe(Sid1);
        message.LastError.ShouldBeNull();
        message.Sms.ErrorCode.ShouldBeNull();
        message.BeginAttempt(Phone, At(9999)).ShouldBeRefused(Refusal.NotScheduled);
    }

    [Fact]
    public void ApplyReceipt_late_delivered_while_waiting_for_a_retry_stops_it_without_being_sent_twice()
    {
        var message = WaitingForRetry().ApplyReceipt(Receipt("delivered", seconds: 20), Retry).Next();

        message.NextAttemptAt.ShouldBeNull();
        message.StatusReason.ShouldBeNull();
        message.Path().ShouldBe(
            [MessageStatus.Scheduled, MessageStatus.Sending, MessageStatus.Sent, MessageStatus.Scheduled, MessageStatus.Delivered]);
    }

    [Fact]
    public void ApplyReceipt_late_delivered_turns_an_ended_message_delivered()
    {
        var failed = WaitingForRetry().NoTimeLeft(StatusReason.Expired, TimelineSource.Workflow, At(60)).Next();
        var cancelled = WaitingForRetry().Cancel(StatusReason.UserCancelled, TimelineSource.Api, At(60)).Next();

        foreach (var ended in (Message[])[failed, cancelled])
        {
            var delivered = ended.ApplyReceipt(Receipt("delivered", seconds: 90), Retry).Next();

            delivered.Status.ShouldBe(MessageStatus.Delivered);
            delivered.FailedAt.ShouldBeNull();
            delivered.CancelledAt.ShouldBeNull();
            delivered.Sms.FailedAt.ShouldBeNull();
        }
    }

    [Fact]
    public void Answer_of_the_newer_attempt_after_a_late_delivered_is_kept_with_its_attempt()
    {
        var delivered = InFlightAgain().ApplyReceipt(Receipt("delivered", seconds: 600), Retry).Next();

        var answered = delivered.AttemptAccepted(2, Sid2, "queued", At(601)).Next();

        answered.Status.ShouldBe(MessageStatus.Delivered);
        answered.TwilioSid.ShouldBe(Sid1);
        answered.Sms.Attempts[1].TwilioSid.ShouldBe(Sid2);
        answered.Timeline.Count.ShouldBe(delivered.Timeline.Count);
    }

    [Fact]
    public void ApplyReceipt_of_an_older_attempt_never_changes_a_newer_one()
    {
        var absentThenAgain = InFlight().AttemptAbsent(1, At(20), Retry).Next() is var waiting
            ? waiting.BeginAttempt(Phone, waiting.DueAt).Next()
            : null!;

        var message = absentThenAgain.ApplyReceipt(Receipt("failed", code: 21610, seconds: 400), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Sending);
        message.TwilioSid.ShouldBeNull();
        message.Sms.Attempts[0].TwilioSid.ShouldBe(Sid1);
        message.Sms.Attempts[0].ErrorCode.ShouldBe(21610);
        message.Timeline.Count.ShouldBe(absentThenAgain.Timeline.Count);
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("undelivered")]
    [InlineData("canceled")]
    [InlineData("sent")]
    public void ApplyReceipt_after_delivered_changes_nothing(string word) =>
        Sent().ApplyReceipt(Receipt("delivered"), Retry).Next().ApplyReceipt(Receipt(word, code: 30003, seconds: 9), Retry).ShouldBeUnchanged();

    [Fact]
    public void ApplyReceipt_of_a_second_failure_keeps_the_first() =>
        WaitingForRetry().ApplyReceipt(Receipt("failed", code: 21610, seconds: 9), Retry).ShouldBeUnchanged();

    [Fact]
    public void Success_of_a_retry_clears_the_error_but_keeps_it_with_its_attempt()
    {
        var message = InFlightAgain().AttemptAccepted(2, Sid2, "queued", At(500)).Next()
            .ApplyReceipt(Receipt("delivered", attempt: 2, sid: Sid2, seconds: 510), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Delivered);
        message.LastError.ShouldBeNull();
        message.Sms.ErrorCode.ShouldBeNull();
        message.Sms.Attempts[0].ErrorCode.ShouldBe(30003);
        message.SentAt.ShouldBe(At(1));
    }
}
