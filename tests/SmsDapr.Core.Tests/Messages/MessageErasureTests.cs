using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessageErasureTests
{
    private const string Alias = "erased-1";

    [Fact]
    public void Erase_leaves_no_number_text_event_or_user_and_every_time_and_count()
    {
        var failed = Reminder() with { QuietHoursOverrideReason = "asked for", RequestFingerprint = "f", CreatedBy = "user-1", Accepted = true };
        var message = failed.BeginAttempt(Phone, Noon).Next()
            .AttemptRefused(1, new ProviderError(21211, 400, "The 'To' number is not valid"), At(1), Retry).Next();

        var erased = message.Erase(Alias, At(60)).Next();

        erased.UserId.ShouldBe(Alias);
        erased.Json().ShouldNotContain("user-1");
        erased.Json().ShouldNotContain(Phone);
        erased.Json().ShouldNotContain("Hello");
        erased.Json().ShouldNotContain("Dentist");
        erased.Json().ShouldNotContain("not valid");
        erased.QuietHoursOverrideReason.ShouldBeNull();
        erased.RequestFingerprint.ShouldBeNull();
        erased.LastError.ShouldBe("Twilio error code: 21211");
        erased.Status.ShouldBe(MessageStatus.Failed);
        erased.FailedAt.ShouldBe(message.FailedAt);
        erased.Timeline.ShouldBe(message.Timeline);
        erased.Sms.Attempts.ShouldBe(message.Sms.Attempts);
        erased.Sms.ErrorCode.ShouldBe(21211);
        erased.ErasedAt.ShouldBe(At(60));
        erased.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Erase_waits_for_what_may_still_be_sent()
    {
        (Scheduled() with { Accepted = true }).Erase(Alias, At(60)).ShouldBeRefused(Refusal.NotOver);
        (InFlight() with { Accepted = true }).Erase(Alias, At(60)).ShouldBeRefused(Refusal.NotOver);
        (WaitingForRetry() with { Accepted = true }).Erase(Alias, At(60)).ShouldBeRefused(Refusal.NotOver);
        (Sent() with { Accepted = true }).Erase(Alias, At(60)).Next().Status.ShouldBe(MessageStatus.Sent);
    }

    [Fact]
    public void Erase_takes_what_was_never_accepted_and_keeps_it_from_being_accepted() =>
        Scheduled().Erase(Alias, At(60)).Next().Accept(At(61)).ShouldBeRefused(Refusal.NotScheduled);

    [Fact]
    public void Erased_message_is_over_though_its_receipt_never_came()
    {
        Sent().IsOver.ShouldBeFalse();
        Sent().Erase(Alias, At(60)).Next().IsOver.ShouldBeTrue();
    }

    [Theory]
    [InlineData("delivered")]
    [InlineData("undelivered")]
    public void After_an_erasure_receipts_and_erasures_change_nothing(string status)
    {
        var erased = Sent().Erase(Alias, At(60)).Next();

        erased.ApplyReceipt(Receipt(status, seconds: 70), Retry).ShouldBeUnchanged();
        erased.Erase("erased-2", At(80)).ShouldBeUnchanged();
    }

    [Fact]
    public void Erase_by_a_clock_that_lags_is_not_before_what_happened()
    {
        var sent = Sent();

        sent.Erase(Alias, At(-60)).Next().ErasedAt.ShouldBe(sent.UpdatedAt);
        sent.Erase(Alias, At(-60)).Next().UpdatedAt.ShouldBe(sent.UpdatedAt);
        sent.Erase(Alias, At(60)).Next().UpdatedAt.ShouldBe(At(60));
        sent.Redacted(At(60)).Next().UpdatedAt.ShouldBe(At(60));
        sent.Redacted(At(-60)).Next().UpdatedAt.ShouldBe(sent.UpdatedAt);
    }

    [Fact]
    public void Erase_of_a_message_without_an_error_leaves_no_words_at_all()
    {
        var erased = (Sent() with { LastError = "Calendar event deleted" }).Erase(Alias, At(60)).Next();

        erased.LastError.ShouldBeNull();
        erased.Body.ShouldBeEmpty();
        erased.Event.ShouldBeNull();
        erased.Sms.To.ShouldBeNull();
    }

    [Fact]
    public void Redacted_is_noted_once()
    {
        var redacted = Sent().Redacted(At(60)).Next();

        redacted.RedactedAt.ShouldBe(At(60));
        redacted.Redacted(At(70)).ShouldBeUnchanged();
    }
}
