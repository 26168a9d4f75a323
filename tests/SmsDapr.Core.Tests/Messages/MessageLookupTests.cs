using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

/// <summary>Attempts whose answer was lost, and what a look at the provider makes of them.</summary>
public sealed class MessageLookupTests
{
    private static ProviderError Unavailable => new(20503, 503, "Service is unavailable");

    [Fact]
    public void AttemptFound_that_was_read_already_is_delivered()
    {
        var found = InFlight().AttemptFound(1, Sid1, "read", null, At(60), Retry).Next();

        found.Status.ShouldBe(MessageStatus.Delivered);
        found.TwilioSid.ShouldBe(Sid1);
    }

    [Fact]
    public void AttemptLost_stays_sending_with_an_open_outcome()
    {
        var message = InFlight().AttemptLost(1, Unavailable, At(30)).Next();

        message.Status.ShouldBe(MessageStatus.Sending);
        message.LastError.ShouldBe("Service is unavailable (Code: 20503)");
        message.CurrentAttempt!.Outcome.ShouldBe(CreateOutcome.Unknown);
        message.CurrentAttempt.LostAt.ShouldBe(At(30));
        message.AttemptLost(1, Unavailable, At(31)).ShouldBeUnchanged();
        message.RestartAttempt(1, Phone, At(31)).ShouldBeRefused(Refusal.AttemptSettled);
    }

    [Fact]
    public void AttemptAbsent_after_a_503_is_followed_after_120_then_240_seconds()
    {
        var first = InFlight().AttemptLost(1, Unavailable, At(0)).Next().AttemptAbsent(1, At(20), Retry).Next();
        first.NextAttemptAt.ShouldBe(At(120));

        var second = first.BeginAttempt(Phone, At(120)).Next()
            .AttemptLost(2, Unavailable, At(120)).Next()
            .AttemptAbsent(2, At(140), Retry).Next();
        second.NextAttemptAt.ShouldBe(At(360));

        var third = second.BeginAttempt(Phone, At(360)).Next()
            .AttemptLost(3, Unavailable, At(360)).Next()
            .AttemptAbsent(3, At(380), Retry).Next();
        third.Status.ShouldBe(MessageStatus.Failed);
        third.StatusReason.ShouldBe(StatusReason.AttemptsExhausted);
        third.LastError.ShouldBe("Service is unavailable (Code: 20503)");
        third.Sms.ErrorCategory.ShouldBe(ErrorCategory.TransientProvider);
    }

    [Fact]
    public void An_answered_503_was_recorded_as_no_answer_and_its_code_was_lost()
    {
        var lost = InFlight().AttemptLost(1, Unavailable, At(0)).Next();
        var waiting = lost.AttemptAbsent(1, At(20), Retry).Next();

        foreach (var message in new[] { lost, waiting })
        {
            message.LastError.ShouldBe("Service is unavailable (Code: 20503)");
            (message.Sms.ErrorCode, message.Sms.ErrorMessage, message.Sms.ErrorCategory).ShouldBe((20503, "Service is unavailable", ErrorCategory.TransientProvider));
            (message.CurrentAttempt!.ErrorCode, message.CurrentAttempt.ErrorCategory).ShouldBe((20503, ErrorCategory.TransientProvider));
        }
    }

    [Fact]
    public void A_503_without_a_code_keeps_its_http_status()
    {
        var message = InFlight().AttemptLost(1, new ProviderError(null, 503), At(0)).Next().AttemptAbsent(1, At(20), Retry).Next();

        message.LastError.ShouldBe("Twilio answered with HTTP status 503");
        (message.Sms.ErrorCode, message.Sms.ErrorMessage, message.Sms.ErrorCategory).ShouldBe((null, null, ErrorCategory.TransientProvider));
    }

    [Fact]
    public void An_error_that_repeats_the_text_of_the_message_keeps_only_its_code()
    {
        var error = new ProviderError(20503, 503, "Could not queue 'Hello'");

        InFlight().AttemptLost(1, error, At(0)).Next().AttemptAbsent(1, At(20), Retry).Next().LastError.ShouldBe("Twilio error code: 20503");
        InFlight().AttemptRefused(1, error, At(0), Retry).Next().LastError.ShouldBe("Twilio error code: 20503");
    }

    [Fact]
    public void A_call_without_an_answer_does_not_repeat_the_code_of_the_one_before()
    {
        var second = InFlight().AttemptLost(1, Unavailable, At(0)).Next().AttemptAbsent(1, At(20), Retry).Next()
            .BeginAttempt(Phone, At(120)).Next()
            .AttemptLost(2, ProviderError.NoAnswer, At(130)).Next();

        (second.LastError, second.Sms.ErrorCode).ShouldBe(("Twilio did not answer", null));
    }

    [Fact]
    public void AttemptAbsent_found_out_late_never_plans_the_next_in_the_past() =>
        InFlight().AttemptLost(1, Unavailable, At(0)).Next().AttemptAbsent(1, At(4000), Retry).Next().NextAttemptAt.ShouldBe(At(4000));

    [Fact]
    public void AttemptAbsent_after_a_crash_counts_as_a_passing_fault()
    {
        var message = InFlight().AttemptAbsent(1, At(40), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.NextAttemptAt.ShouldBe(At(160));
        message.LastError.ShouldBe("Twilio did not answer");
        message.Sms.ErrorCategory.ShouldBe(ErrorCategory.TransientProvider);
    }

    [Fact]
    public void AttemptAbsent_after_a_crash_does_not_repeat_the_error_of_an_earlier_attempt() =>
        InFlight().AttemptRefused(1, new ProviderError(20429, 429, "Slow down"), At(1), Retry).Next()
            .BeginAttempt(Phone, At(9000)).Next()
            .AttemptAbsent(2, At(9999), Retry).Next()
            .LastError.ShouldBe("Twilio did not answer");

    [Fact]
    public void AttemptRefused_after_the_call_was_thought_lost_counts_from_the_refusal() =>
        InFlight().AttemptLost(1, Unavailable, At(0)).Next().AttemptRefused(1, Unavailable, At(20), Retry).Next().NextAttemptAt.ShouldBe(At(140));

    [Fact]
    public void AttemptAbsent_of_an_accepted_attempt_changes_nothing() => Sent().AttemptAbsent(1, At(9), Retry).ShouldBeUnchanged();

    [Fact]
    public void RestartAttempt_after_a_crash_makes_the_same_attempt_again()
    {
        var message = InFlight().RestartAttempt(1, Phone, At(60)).Next();

        message.Attempts.ShouldBe(1);
        message.CurrentAttempt!.RequestedAt.ShouldBe(At(60));
        message.Path().ShouldBe([MessageStatus.Scheduled, MessageStatus.Sending]);
    }

    [Fact]
    public void RestartAttempt_of_a_sent_message_is_refused() =>
        Sent().RestartAttempt(1, Phone, At(60)).ShouldBeRefused(Refusal.UnknownAttempt);

    [Theory]
    [InlineData("sent", MessageStatus.Sent)]
    [InlineData("delivered", MessageStatus.Delivered)]
    [InlineData("new word", MessageStatus.Sent)]
    public void AttemptFound_adopts_what_the_provider_has(string providerStatus, MessageStatus status)
    {
        var message = InFlight().AttemptLost(1, Unavailable, At(30)).Next().AttemptFound(1, Sid1, providerStatus, null, At(50), Retry).Next();

        message.Status.ShouldBe(status);
        message.TwilioSid.ShouldBe(Sid1);
        message.LastError.ShouldBeNull();
        message.Sms.ErrorMessage.ShouldBeNull();
        message.CurrentAttempt!.ErrorCode.ShouldBeNull();
        message.Timeline[^1].Source.ShouldBe(TimelineSource.Reconciler);
    }

    [Fact]
    public void AttemptFound_failed_is_retried_like_a_receipt()
    {
        var message = InFlight().AttemptLost(1, Unavailable, At(30)).Next().AttemptFound(1, Sid1, "failed", 30008, At(50), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.Path().ShouldBe([MessageStatus.Scheduled, MessageStatus.Sending, MessageStatus.Sent, MessageStatus.Scheduled]);
    }

    [Fact]
    public void AttemptAccepted_after_it_was_thought_absent_keeps_the_retry_from_being_sent()
    {
        var absent = InFlight().AttemptLost(1, Unavailable, At(0)).Next().AttemptAbsent(1, At(20), Retry).Next();

        var adopted = absent.AttemptAccepted(1, Sid1, "queued", At(25)).Next();

        adopted.Status.ShouldBe(MessageStatus.Sent);
        adopted.CurrentAttempt!.FailedAt.ShouldBeNull();
        adopted.BeginAttempt(Phone, At(9999)).ShouldBeRefused(Refusal.NotScheduled);
    }
}
