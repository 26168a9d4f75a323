using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessageAttemptsTests
{
    private static ProviderError Unavailable => new(20503, 503, "Service is unavailable");

    [Fact]
    public void BeginAttempt_stores_the_intent_before_the_call()
    {
        var message = InFlight();

        message.Status.ShouldBe(MessageStatus.Sending);
        message.Attempts.ShouldBe(1);
        message.Sms.To.ShouldBe(Phone);
        message.Sms.Status.ShouldBe(SmsStatus.Queued);
        message.Sms.QueuedAt.ShouldBeNull();
        message.Sms.Attempts.ShouldHaveSingleItem().ShouldBe(new SendAttempt { Number = 1, Status = SmsStatus.Queued, RequestedAt = Noon });
        message.Timeline[^1].Attempt.ShouldBe(1);
    }

    [Fact]
    public void BeginAttempt_before_it_is_due_is_refused() =>
        Scheduled().BeginAttempt(Phone, Noon - Duration.Epsilon).ShouldBeRefused(Refusal.NotDue);

    [Fact]
    public void BeginAttempt_before_the_retry_is_due_is_refused()
    {
        var waiting = WaitingForRetry();

        waiting.BeginAttempt(Phone, waiting.DueAt - Duration.Epsilon).ShouldBeRefused(Refusal.NotDue);
    }

    [Fact]
    public void BeginAttempt_twice_is_refused() => InFlight().BeginAttempt(Phone, At(1)).ShouldBeRefused(Refusal.NotScheduled);

    [Fact]
    public void BeginAttempt_beyond_the_last_is_refused() =>
        (WaitingForRetry() with { MaxAttempts = 1 }).BeginAttempt(Phone, At(9999)).ShouldBeRefused(Refusal.AttemptsUsedUp);

    [Fact]
    public void BeginAttempt_again_leaves_the_first_attempt_as_it_was()
    {
        var message = InFlightAgain();

        message.Attempts.ShouldBe(2);
        message.TwilioSid.ShouldBeNull();
        message.StatusReason.ShouldBeNull();
        message.NextAttemptAt.ShouldBeNull();
        message.Sms.Attempts[0].Status.ShouldBe(SmsStatus.Undelivered);
        message.Sms.Attempts[0].TwilioSid.ShouldBe(Sid1);
    }

    [Fact]
    public void AttemptWithdrawn_leaves_the_message_as_if_the_attempt_had_not_begun()
    {
        var waiting = InFlight().AttemptWithdrawn(1, At(30), At(1)).Next();

        waiting.Status.ShouldBe(MessageStatus.Scheduled);
        waiting.StatusReason.ShouldBeNull();
        waiting.Attempts.ShouldBe(0);
        waiting.Sms.Attempts.ShouldBeEmpty();
        waiting.NextAttemptAt.ShouldBe(At(30));
        waiting.SendAt.ShouldBe(Noon);
        waiting.BeginAttempt(Phone, At(30)).Next().Attempts.ShouldBe(1);
    }

    [Fact]
    public void AttemptWithdrawn_of_a_retry_keeps_the_attempts_before_it()
    {
        var waiting = InFlightAgain().AttemptWithdrawn(2, At(9999), At(600)).Next();

        waiting.StatusReason.ShouldBe(StatusReason.Retry);
        waiting.Sms.Attempts.ShouldHaveSingleItem().TwilioSid.ShouldBe(Sid1);
    }

    [Fact]
    public void AttemptWithdrawn_when_the_attempt_before_it_turned_out_to_be_accepted_leaves_the_message_sent()
    {
        var waiting = InFlight().AttemptRefused(1, new ProviderError(20503, 503), At(1), RetryOptions.Default).Next();
        var inFlight = waiting.BeginAttempt(Phone, waiting.DueAt).Next();
        var message = inFlight.ApplyReceipt(Receipt("sent", seconds: 590), RetryOptions.Default).Next().AttemptWithdrawn(2, At(9999), At(600)).Next();

        message.Status.ShouldBe(MessageStatus.Sent);
        message.NextAttemptAt.ShouldBeNull();
        message.TwilioSid.ShouldBe(Sid1);
        message.ShouldBeConsistent();
    }

    [Fact]
    public void AttemptWithdrawn_of_an_attempt_that_may_exist_is_refused()
    {
        InFlight().AttemptLost(1, ProviderError.NoAnswer, At(1)).Next().AttemptWithdrawn(1, At(30), At(2)).ShouldBeRefused(Refusal.AttemptSettled);
        Sent().AttemptWithdrawn(1, At(30), At(2)).ShouldBeRefused(Refusal.UnknownAttempt);
        InFlight().AttemptWithdrawn(2, At(30), At(2)).ShouldBeRefused(Refusal.UnknownAttempt);
    }

    [Theory]
    [InlineData("queued", SmsStatus.Queued)]
    [InlineData("accepted", SmsStatus.Queued)]
    [InlineData("scheduled", SmsStatus.Queued)]
    [InlineData("sending", SmsStatus.Sending)]
    [InlineData("sent", SmsStatus.Sent)]
    [InlineData("something new", SmsStatus.Queued)]
    [InlineData("failed", SmsStatus.Queued)]
    [InlineData(null, SmsStatus.Queued)]
    public void AttemptAccepted_makes_it_sent(string? providerStatus, SmsStatus smsStatus)
    {
        var message = InFlight().AttemptAccepted(1, Sid1, providerStatus, At(1)).Next();

        message.Status.ShouldBe(MessageStatus.Sent);
        message.SentAt.ShouldBe(At(1));
        message.TwilioSid.ShouldBe(Sid1);
        message.Sms.TwilioSid.ShouldBe(Sid1);
        message.Sms.Status.ShouldBe(smsStatus);
        message.Sms.QueuedAt.ShouldBe(At(1));
        message.Sms.Attempts[0].Outcome.ShouldBe(CreateOutcome.Accepted);
        message.Path().ShouldBe([MessageStatus.Scheduled, MessageStatus.Sending, MessageStatus.Sent]);
    }

    [Fact]
    public void AttemptAccepted_twice_changes_once() => Sent().AttemptAccepted(1, Sid1, "queued", At(2)).ShouldBeUnchanged();

    [Fact]
    public void AttemptAccepted_with_another_sid_is_refused() =>
        Sent().AttemptAccepted(1, Sid2, "queued", At(2)).ShouldBeRefused(Refusal.SidMismatch);

    [Fact]
    public void AttemptAccepted_with_the_sid_of_another_attempt_is_refused() =>
        InFlightAgain().AttemptAccepted(2, Sid1, "queued", At(500)).ShouldBeRefused(Refusal.SidMismatch);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Any_fact_of_an_attempt_that_does_not_exist_is_refused(int number)
    {
        var message = InFlight();

        message.AttemptAccepted(number, Sid1, "queued", At(1)).ShouldBeRefused(Refusal.UnknownAttempt);
        message.AttemptRefused(number, Unavailable, At(1), Retry).ShouldBeRefused(Refusal.UnknownAttempt);
        message.AttemptLost(number, Unavailable, At(1)).ShouldBeRefused(Refusal.UnknownAttempt);
        message.AttemptAbsent(number, At(1), Retry).ShouldBeRefused(Refusal.UnknownAttempt);
        message.AttemptFound(number, Sid1, "sent", null, At(1), Retry).ShouldBeRefused(Refusal.UnknownAttempt);
        message.RestartAttempt(number, Phone, At(1)).ShouldBeRefused(Refusal.UnknownAttempt);
    }

    [Fact]
    public void AttemptRefused_with_a_passing_fault_waits_for_the_next()
    {
        var message = InFlight().AttemptRefused(1, new ProviderError(20429, 429, "Too Many Requests"), At(1), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.StatusReason.ShouldBe(StatusReason.Retry);
        message.NextAttemptAt.ShouldBe(At(1) + Duration.FromMinutes(10));
        message.SendAt.ShouldBe(Noon);
        message.LastError.ShouldBe("Too Many Requests (Code: 20429)");
        message.FailedAt.ShouldBeNull();
        message.Sms.Status.ShouldBe(SmsStatus.Scheduled);
        message.Sms.ErrorCode.ShouldBe(20429);
        message.Sms.ErrorCategory.ShouldBe(ErrorCategory.RateLimit);
        message.Sms.Attempts[0].Status.ShouldBe(SmsStatus.Failed);
        message.Sms.Attempts[0].FailedAt.ShouldBe(At(1));
    }

    [Fact]
    public void AttemptRefused_for_good_fails_at_once()
    {
        var message = InFlight().AttemptRefused(1, new ProviderError(21211, 400, "The 'To' number +1 (202) 555-0671 is not valid"), At(1), Retry).Next();

        message.Status.ShouldBe(MessageStatus.Failed);
        message.StatusReason.ShouldBe(StatusReason.ProviderRejected);
        message.LastError.ShouldBe("The 'To' number [number] is not valid (Code: 21211)");
        message.FailedAt.ShouldBe(At(1));
        message.Sms.Status.ShouldBe(SmsStatus.Failed);
        message.Sms.ErrorMessage.ShouldBe("The 'To' number [number] is not valid");
        message.Sms.ErrorCategory.ShouldBe(ErrorCategory.InvalidRecipient);
    }

    [Fact]
    public void AttemptRefused_the_last_time_exhausts_the_attempts() =>
        InFlight(maxAttempts: 1).AttemptRefused(1, new ProviderError(20429), At(1), Retry).Next()
            .ShouldSatisfyAllConditions(
                message => message.Status.ShouldBe(MessageStatus.Failed),
                message => message.StatusReason.ShouldBe(StatusReason.AttemptsExhausted));

    [Theory]
    [InlineData(20003, 401)]
    [InlineData(null, 401)]
    [InlineData(null, 403)]
    [InlineData(30002, null)]
    public void AttemptRefused_for_the_account_waits_for_the_pause_to_end(int? code, int? httpStatus)
    {
        var message = InFlight().AttemptRefused(1, new ProviderError(code, httpStatus), At(1), Retry with { AccountPause = Duration.FromMinutes(7) }).Next();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.NextAttemptAt.ShouldBe(At(1) + Duration.FromMinutes(7));
        message.Sms.ErrorCategory.ShouldBe(ErrorCategory.AccountAuth);
    }

    [Fact]
    public void AttemptRefused_for_the_account_with_no_attempt_left_fails_as_rejected() =>
        InFlight(maxAttempts: 1).AttemptRefused(1, new ProviderError(20003, 401), At(1), Retry).Next()
            .StatusReason.ShouldBe(StatusReason.ProviderRejected);

    [Fact]
    public void AttemptRefused_after_a_receipt_proved_the_message_changes_nothing() =>
        Sent().AttemptRefused(1, Unavailable, At(2), Retry).ShouldBeUnchanged();
}
