using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessageEndingTests
{
    [Fact]
    public void Cancel_scheduled_cancels_both_records()
    {
        var message = Scheduled().Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next();

        message.Status.ShouldBe(MessageStatus.Cancelled);
        message.StatusReason.ShouldBe(StatusReason.UserCancelled);
        message.CancelledAt.ShouldBe(Noon);
        message.LastError.ShouldBeNull();
        message.Sms.Status.ShouldBe(SmsStatus.Cancelled);
        message.Timeline[^1].Source.ShouldBe(TimelineSource.Api);
    }

    [Fact]
    public void Cancel_twice_keeps_the_first_reason()
    {
        var message = Scheduled().Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next();

        message.Cancel(StatusReason.EventDeleted, TimelineSource.Calendar, At(1)).ShouldBeUnchanged();
    }

    [Fact]
    public void Cancel_while_waiting_for_a_retry_works_and_stops_it()
    {
        var message = WaitingForRetry().Cancel(StatusReason.UserCancelled, TimelineSource.Api, At(9)).Next();

        message.Status.ShouldBe(MessageStatus.Cancelled);
        message.NextAttemptAt.ShouldBeNull();
        message.BeginAttempt(Phone, At(9999)).ShouldBeRefused(Refusal.NotScheduled);
    }

    [Fact]
    public void Cancel_once_sending_or_later_is_refused()
    {
        Message[] tooLate =
        [
            InFlight(),
            Sent(),
            Sent().ApplyReceipt(Receipt("delivered"), Retry).Next(),
            Sent(maxAttempts: 1).ApplyReceipt(Receipt("failed", code: 30003), Retry).Next(),
        ];

        foreach (var message in tooLate)
            message.Cancel(StatusReason.UserCancelled, TimelineSource.Api, At(60)).ShouldBeRefused(Refusal.NotScheduled);
    }

    [Theory]
    [InlineData(StatusReason.DailyLimit, "Daily SMS limit reached")]
    [InlineData(StatusReason.EventDeleted, "Calendar event deleted")]
    [InlineData(StatusReason.OptedOut, null)]
    public void Cancel_for_a_reason_with_a_sentence_carries_it(StatusReason reason, string? sentence) =>
        Scheduled().Cancel(reason, TimelineSource.Workflow, Noon).Next().LastError.ShouldBe(sentence);

    [Theory]
    [InlineData(StatusReason.EventStarted)]
    [InlineData(StatusReason.QuietHoursUntilEvent)]
    [InlineData(StatusReason.Expired)]
    public void End_for_lack_of_time_cancels_what_never_got_a_create_request(StatusReason reason)
    {
        var message = Scheduled().End(reason, TimelineSource.Workflow, Noon).Next();

        message.Status.ShouldBe(MessageStatus.Cancelled);
        message.StatusReason.ShouldBe(reason);
    }

    [Theory]
    [InlineData(StatusReason.EventStarted)]
    [InlineData(StatusReason.QuietHoursUntilEvent)]
    [InlineData(StatusReason.Expired)]
    public void End_for_lack_of_time_fails_what_was_attempted_and_keeps_its_error(StatusReason reason)
    {
        var message = WaitingForRetry().End(reason, TimelineSource.Workflow, At(60)).Next();

        message.Status.ShouldBe(MessageStatus.Failed);
        message.StatusReason.ShouldBe(reason);
        message.LastError.ShouldBe("Twilio error code: 30003");
        message.FailedAt.ShouldBe(At(60));
        message.Sms.Status.ShouldBe(SmsStatus.Undelivered);
        message.Sms.FailedAt.ShouldBe(At(60));
    }

    [Fact]
    public void End_for_any_other_reason_cancels_also_after_an_attempt() =>
        WaitingForRetry().End(StatusReason.OptedOut, TimelineSource.Inbound, At(60)).Next().Status.ShouldBe(MessageStatus.Cancelled);

    [Fact]
    public void NoTimeLeft_while_waiting_for_the_account_fails_as_rejected()
    {
        var message = InFlight().AttemptRefused(1, new ProviderError(20003, 401, "Authenticate"), At(1), Retry).Next();

        var failed = message.NoTimeLeft(StatusReason.Expired, TimelineSource.Workflow, At(9999)).Next();

        failed.Status.ShouldBe(MessageStatus.Failed);
        failed.StatusReason.ShouldBe(StatusReason.ProviderRejected);
        failed.Sms.ErrorCategory.ShouldBe(ErrorCategory.AccountAuth);
        failed.LastError.ShouldBe("Authenticate (Code: 20003)");
    }

    [Fact]
    public void NoTimeLeft_once_sending_is_refused() =>
        InFlight().NoTimeLeft(StatusReason.Expired, TimelineSource.Workflow, At(9)).ShouldBeRefused(Refusal.NotScheduled);
}
