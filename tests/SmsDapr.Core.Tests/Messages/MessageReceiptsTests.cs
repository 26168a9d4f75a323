using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessageReceiptsTests
{
    [Theory]
    [InlineData("sending", SmsStatus.Sending, MessageStatus.Sent)]
    [InlineData("sent", SmsStatus.Sent, MessageStatus.Sent)]
    [InlineData("delivered", SmsStatus.Delivered, MessageStatus.Delivered)]
    [InlineData("failed", SmsStatus.Failed, MessageStatus.Failed)]
    [InlineData("undelivered", SmsStatus.Undelivered, MessageStatus.Failed)]
    [InlineData("canceled", SmsStatus.Cancelled, MessageStatus.Failed)]
    public void ApplyReceipt_maps_the_provider_status_to_both_records(string word, SmsStatus sms, MessageStatus status)
    {
        var message = Sent(maxAttempts: 1).ApplyReceipt(Receipt(word), Retry).Next();

        message.Sms.Status.ShouldBe(sms);
        message.Sms.Attempts[0].Status.ShouldBe(sms);
        message.Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("receiving")]
    [InlineData("received")]
    [InlineData("partially_delivered")]
    [InlineData("Delivered")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("queued")]
    [InlineData("accepted")]
    [InlineData("scheduled")]
    [InlineData("read")]
    public void ApplyReceipt_that_brings_nothing_new_changes_nothing(string? word) =>
        Sent().ApplyReceipt(Receipt(word), Retry).ShouldBeUnchanged();

    [Fact]
    public void ApplyReceipt_that_brings_the_id_has_to_be_about_the_attempt_s_number()
    {
        InFlight().ApplyReceipt(Receipt("sent") with { To = "+12025550199" }, Retry).ShouldBeRefused(Refusal.RecipientMismatch);
        InFlight().ApplyReceipt(Receipt("sent") with { To = Phone }, Retry).Next().Status.ShouldBe(MessageStatus.Sent);
        InFlight().ApplyReceipt(Receipt("sent"), Retry).Next().Status.ShouldBe(MessageStatus.Sent);

        // Twilio may write a number differently than we did, and the id proves enough.
        Sent().ApplyReceipt(Receipt("delivered") with { To = "+12025550199" }, Retry).Next().Status.ShouldBe(MessageStatus.Delivered);
    }

    [Theory]
    [InlineData("delivered", null)]
    [InlineData("undelivered", 30005)]
    public void ApplyReceipt_keeps_the_carrier_s_time_also_when_it_was_asked_before_the_receipt_came(string status, int? code)
    {
        var doneAt = new LocalDateTime(2026, 3, 2, 7, 3);
        var atOnce = Sent().ApplyReceipt(Receipt(status, code: code) with { CarrierDoneAt = doneAt }, Retry).Next();
        var asked = Sent().ApplyReceipt(Receipt(status, code: code), Retry).Next();
        var later = asked.ApplyReceipt(Receipt(status, code: code, seconds: 9) with { CarrierDoneAt = doneAt }, Retry).Next();

        atOnce.Sms.Attempts[0].CarrierDoneAt.ShouldBe(doneAt);
        later.Sms.Attempts[0].CarrierDoneAt.ShouldBe(doneAt);
        later.Timeline.ShouldBe(asked.Timeline);
        later.DeliveredAt.ShouldBe(asked.DeliveredAt);
        later.ApplyReceipt(Receipt(status, code: code) with { CarrierDoneAt = doneAt.PlusHours(1) }, Retry).ShouldBeUnchanged();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(9, 3)]
    public void ApplyReceipt_of_a_failure_is_retried_as_often_as_both_limits_allow(int afterReceipt, int attempts)
    {
        var retry = Retry with { MaxRetriesAfterReceipt = afterReceipt };
        var message = Scheduled();
        while (message.Status == MessageStatus.Scheduled)
        {
            var number = message.Attempts + 1;
            var sid = $"SM{number}";
            message = message.BeginAttempt(Phone, message.DueAt).Next()
                .AttemptAccepted(number, sid, "queued", message.DueAt).Next()
                .ApplyReceipt(new ReceiptFact(number, sid, "undelivered", 30003, message.DueAt, TimelineSource.Twilio), retry).Next();
        }

        message.Attempts.ShouldBe(attempts);
        message.StatusReason.ShouldBe(StatusReason.AttemptsExhausted);
    }

    [Fact]
    public void The_limit_after_receipts_is_not_one_of_requests_that_were_refused()
    {
        var retry = Retry with { MaxRetriesAfterReceipt = 0 };

        InFlight().AttemptRefused(1, new ProviderError(20503, 503), At(1), retry).Next().StatusReason.ShouldBe(StatusReason.Retry);
    }

    [Fact]
    public void ApplyReceipt_read_counts_as_delivered_only_after_sent_or_delivered()
    {
        var sent = Sent().ApplyReceipt(Receipt("sent"), Retry).Next();

        sent.ApplyReceipt(Receipt("read"), Retry).Next().Status.ShouldBe(MessageStatus.Delivered);
        sent.ApplyReceipt(Receipt("delivered"), Retry).Next().ApplyReceipt(Receipt("read"), Retry).ShouldBeUnchanged();
        WaitingForRetry().ApplyReceipt(Receipt("read"), Retry).ShouldBeUnchanged();
        InFlight().ApplyReceipt(Receipt("read"), Retry).ShouldBeUnchanged();
    }

    [Fact]
    public void ApplyReceipt_delivered_fills_every_time()
    {
        var message = Sent().ApplyReceipt(Receipt("delivered", seconds: 5), Retry).Next();

        message.SentAt.ShouldBe(At(1));
        message.DeliveredAt.ShouldBe(At(5));
        message.Sms.QueuedAt.ShouldBe(At(1));
        message.Sms.SentAt.ShouldBe(At(5));
        message.Sms.DeliveredAt.ShouldBe(At(5));
        message.Sms.Attempts[0].DeliveredAt.ShouldBe(At(5));
        message.Path().ShouldBe([MessageStatus.Scheduled, MessageStatus.Sending, MessageStatus.Sent, MessageStatus.Delivered]);
    }

    [Fact]
    public void ApplyReceipt_delivered_keeps_when_it_was_sent()
    {
        var message = Sent().ApplyReceipt(Receipt("sent", seconds: 3), Retry).Next().ApplyReceipt(Receipt("delivered", seconds: 5), Retry).Next();

        message.Sms.SentAt.ShouldBe(At(3));
        message.Sms.Attempts[0].SentAt.ShouldBe(At(3));
        message.Sms.Attempts[0].DeliveredAt.ShouldBe(At(5));
    }

    [Fact]
    public void ApplyReceipt_undelivered_says_that_it_was_sent_before()
    {
        var atOnce = Sent().ApplyReceipt(Receipt("undelivered", seconds: 5), Retry).Next();
        var later = Sent().ApplyReceipt(Receipt("sent", seconds: 3), Retry).Next().ApplyReceipt(Receipt("undelivered", seconds: 5), Retry).Next();

        atOnce.Sms.Attempts[0].SentAt.ShouldBe(At(5));
        later.Sms.Attempts[0].SentAt.ShouldBe(At(3));
        (later.Sms.SentAt, later.Sms.Attempts[0].FailedAt).ShouldBe((At(3), At(5)));
    }

    [Fact]
    public void ApplyReceipt_failed_says_nothing_of_when_it_was_sent()
    {
        Sent().ApplyReceipt(Receipt("failed"), Retry).Next().Sms.Attempts[0].SentAt.ShouldBeNull();
        Sent().ApplyReceipt(Receipt("sent", seconds: 3), Retry).Next().ApplyReceipt(Receipt("failed"), Retry).Next().Sms.Attempts[0].SentAt.ShouldBe(At(3));
    }

    [Theory]
    [InlineData("canceled", "Cancelled at Twilio")]
    [InlineData("undelivered", "Not delivered; Twilio gave no error code")]
    [InlineData("failed", "Failed at Twilio without an error code")]
    public void ApplyReceipt_of_a_failure_without_a_code_leaves_a_sentence(string word, string sentence) =>
        Sent(maxAttempts: 1).ApplyReceipt(Receipt(word), Retry).Next().LastError.ShouldBe(sentence);

    [Fact]
    public void ApplyReceipt_of_a_passing_failure_ends_the_doubt_about_delivery() =>
        Sent().MarkUnconfirmed(TimelineSource.Reconciler, At(4)).Next().ApplyReceipt(Receipt("undelivered", code: 30003), Retry).Next()
            .DeliveryUnconfirmed.ShouldBeFalse();

    [Fact]
    public void ApplyReceipt_without_an_attempt_finds_it_by_sid()
    {
        Sent().ApplyReceipt(Receipt("delivered", attempt: null), Retry).Next().Status.ShouldBe(MessageStatus.Delivered);
        Sent().ApplyReceipt(Receipt("delivered", attempt: null, sid: Sid2), Retry).ShouldBeRefused(Refusal.UnknownAttempt);
    }

    [Fact]
    public void ApplyReceipt_with_ids_that_do_not_belong_together_is_refused()
    {
        Sent().ApplyReceipt(Receipt("delivered", sid: Sid2), Retry).ShouldBeRefused(Refusal.SidMismatch);
        Sent().ApplyReceipt(Receipt("delivered", attempt: 2), Retry).ShouldBeRefused(Refusal.UnknownAttempt);
        InFlight().ApplyReceipt(Receipt("delivered", sid: ""), Retry).ShouldBeRefused(Refusal.SidMismatch);
        InFlightAgain().ApplyReceipt(Receipt("delivered", attempt: 2, sid: Sid1), Retry).ShouldBeRefused(Refusal.SidMismatch);
    }

    [Theory]
    [InlineData("failed", 30003, 120)]
    [InlineData("undelivered", 30004, 360)]
    [InlineData("undelivered", 30008, 120)]
    [InlineData("undelivered", 30022, 600)]
    [InlineData("failed", 99999, 120)]
    [InlineData("failed", null, 120)]
    public void ApplyReceipt_of_a_passing_failure_waits_by_its_category(string word, int? code, int seconds)
    {
        var message = Sent().ApplyReceipt(Receipt(word, code: code), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.StatusReason.ShouldBe(StatusReason.Retry);
        message.NextAttemptAt.ShouldBe(At(5) + Duration.FromSeconds(seconds));
        message.TwilioSid.ShouldBe(Sid1);
    }

    [Fact]
    public void ApplyReceipt_of_a_failure_on_the_last_attempt_exhausts_the_attempts()
    {
        var message = Sent(maxAttempts: 1).ApplyReceipt(Receipt("undelivered", code: 30008), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Failed);
        message.StatusReason.ShouldBe(StatusReason.AttemptsExhausted);
        message.LastError.ShouldBe("Twilio error code: 30008");
        message.Sms.ErrorCode.ShouldBe(30008);
        message.Sms.FailedAt.ShouldBe(At(5));
    }

    [Theory]
    [InlineData("failed", 21610)]
    [InlineData("undelivered", 30006)]
    [InlineData("canceled", null)]
    public void ApplyReceipt_of_a_lasting_failure_ends_the_message(string word, int? code)
    {
        var message = Sent().ApplyReceipt(Receipt(word, code: code), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Failed);
        message.StatusReason.ShouldBe(StatusReason.ProviderRejected);
        message.LastError.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void ApplyReceipt_of_a_suspended_account_waits_for_the_pause()
    {
        var message = Sent().ApplyReceipt(Receipt("failed", code: 30002), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.NextAttemptAt.ShouldBe(At(5) + Retry.AccountPause);
    }
}
