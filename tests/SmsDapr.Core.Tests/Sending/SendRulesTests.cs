using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Tests.Messages;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Messages.Sample;
using static SmsDapr.Core.Tests.Sending.SendSample;

namespace SmsDapr.Core.Tests.Sending;

public sealed class SendRulesTests
{
    [Fact]
    public void Decide_when_nothing_stands_against_it_passes()
    {
        SendRules.Decide(Context(Scheduled())).ShouldBeOfType<SendVerdict.Pass>();
        SendRules.Decide(Context(Reminder())).ShouldBeOfType<SendVerdict.Pass>();
    }

    [Fact]
    public void Decide_before_it_is_due_waits_whatever_else_holds()
    {
        var context = Context(Scheduled()) with { Now = Noon - Duration.Epsilon, SendingEnabled = false };

        SendRules.Decide(context).ShouldBe(new SendVerdict.Wait(Noon));
    }

    [Fact]
    public void Decide_before_the_retry_is_due_waits_for_it()
    {
        var waiting = WaitingForRetry();

        SendRules.Decide(Context(waiting)).ShouldBe(new SendVerdict.Wait(waiting.NextAttemptAt!.Value));
    }

    [Fact]
    public void Decide_for_a_message_that_no_longer_waits_stops()
    {
        SendRules.Decide(Context(InFlight())).ShouldBe(new SendVerdict.Stop(MessageStatus.Sending));
        SendRules.Decide(Context(Scheduled().Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next()) with { Now = At(-60) })
            .ShouldBe(new SendVerdict.Stop(MessageStatus.Cancelled));
    }

    [Fact]
    public void Decide_when_sending_is_switched_off_ends_it() =>
        ShouldEnd(Context(Scheduled()) with { SendingEnabled = false }, StatusReason.SendingDisabled);

    [Fact]
    public void Decide_for_a_user_who_opted_out_ends_it() =>
        ShouldEnd(Context(Scheduled(), User with { OptOut = new OptOut(Noon, OptOutReason.Keyword) }), StatusReason.OptedOut);

    [Fact]
    public void Decide_with_reminders_off_ends_reminders_only()
    {
        var user = User with { EventRemindersEnabled = false };

        ShouldEnd(Context(Reminder(), user), StatusReason.RemindersDisabled);
        SendRules.Decide(Context(Scheduled(), user)).ShouldBeOfType<SendVerdict.Pass>();
    }

    [Fact]
    public void Decide_without_a_verified_phone_ends_it()
    {
        ShouldEnd(Context(Scheduled(), User with { Phone = null }), StatusReason.PhoneNotVerified);
        ShouldEnd(Context(Scheduled(), User with { Phone = new UserPhone(Phone, null) }), StatusReason.PhoneNotVerified);
    }

    [Theory]
    [InlineData(EventStanding.Deleted, StatusReason.EventDeleted)]
    [InlineData(EventStanding.AllDay, StatusReason.EventAllDay)]
    [InlineData(EventStanding.MovedToPast, StatusReason.EventRescheduledToPast)]
    [InlineData(EventStanding.CalendarDisconnected, StatusReason.CalendarDisconnected)]
    public void Decide_for_an_event_that_no_longer_stands_ends_it(EventStanding standing, StatusReason reason)
    {
        ShouldEnd(Context(Reminder()) with { Event = standing }, reason);
        SendRules.Decide(Context(Scheduled()) with { Event = standing }).ShouldBeOfType<SendVerdict.Pass>();
    }

    [Fact]
    public void Decide_once_the_event_began_ends_it()
    {
        SendRules.Decide(Context(Reminder()) with { Now = Event.Start - Duration.Epsilon }).ShouldBeOfType<SendVerdict.Pass>();
        ShouldEnd(Context(Reminder()) with { Now = Event.Start }, StatusReason.EventStarted);
    }

    [Fact]
    public void Decide_in_quiet_hours_defers_to_their_end() =>
        SendRules.Decide(Context(Scheduled(), User with { QuietHours = AroundNoon }))
            .ShouldBe(new SendVerdict.Defer(Noon + Duration.FromHours(1), StatusReason.QuietHours));

    [Fact]
    public void Decide_in_quiet_hours_that_outlast_the_wait_for_the_event_ends_it() =>
        ShouldEnd(Context(Reminder(), User with { QuietHours = AroundNoon }), StatusReason.QuietHoursUntilEvent);

    [Fact]
    public void Decide_in_quiet_hours_that_end_as_the_event_begins_ends_it()
    {
        var untilEvent = new QuietHours(new LocalTime(11, 0), new LocalTime(12, 15));
        var minuteLess = new QuietHours(new LocalTime(11, 0), new LocalTime(12, 14));

        ShouldEnd(Context(Reminder(), User with { QuietHours = untilEvent }), StatusReason.QuietHoursUntilEvent);
        SendRules.Decide(Context(Reminder(), User with { QuietHours = minuteLess }))
            .ShouldBe(new SendVerdict.Defer(Noon + Duration.FromMinutes(14), StatusReason.QuietHours));
    }

    [Fact]
    public void Decide_in_quiet_hours_that_are_overridden_passes() =>
        SendRules.Decide(Context(Reminder() with { QuietHoursOverrideReason = "Fire drill" }, User with { QuietHours = AroundNoon }))
            .ShouldBeOfType<SendVerdict.Pass>();

    [Fact]
    public void Decide_later_than_allowed_ends_it()
    {
        SendRules.Decide(Context(Scheduled()) with { Now = Noon + Duration.FromHours(4) }).ShouldBeOfType<SendVerdict.Pass>();
        ShouldEnd(Context(Scheduled()) with { Now = Noon + Duration.FromHours(4) + Duration.Epsilon }, StatusReason.Expired);
        ShouldEnd(Context(Scheduled() with { MaxLateness = Duration.FromMinutes(1) }) with { Now = At(61) }, StatusReason.Expired);
    }

    [Fact]
    public void Decide_names_the_reasons_of_time_in_the_order_of_the_contract()
    {
        var late = Reminder() with { MaxLateness = Duration.Zero, Event = Event with { Start = Noon + Duration.FromMinutes(30) } };
        var quiet = User with { QuietHours = AroundNoon };

        ShouldEnd(Context(late, quiet) with { Now = Noon + Duration.FromMinutes(30) }, StatusReason.EventStarted);
        ShouldEnd(Context(late, quiet) with { Now = At(60) }, StatusReason.QuietHoursUntilEvent);
        ShouldEnd(Context(late) with { Now = At(60) }, StatusReason.Expired);
    }

    [Fact]
    public void Decide_at_the_daily_limit_ends_it()
    {
        var full = DaySlots.Empty(User.UserId, Today) with { MessageIds = ["a", "b"] };

        ShouldEnd(Context(Scheduled(), User with { DailyLimit = 2 }) with { Day = full }, StatusReason.DailyLimit);
        SendRules.Decide(Context(Scheduled(), User with { DailyLimit = 3 }) with { Day = full }).ShouldBeOfType<SendVerdict.Pass>();
    }

    [Fact]
    public void Decide_at_the_daily_limit_passes_what_holds_a_slot_or_was_counted()
    {
        var user = User with { DailyLimit = 2 };
        var holding = DaySlots.Empty(user.UserId, Today) with { MessageIds = ["a", "message-1"] };
        var full = DaySlots.Empty(user.UserId, Today) with { MessageIds = ["a", "b"] };
        var retry = WaitingForRetry();

        SendRules.Decide(Context(Scheduled(), user) with { Day = holding }).ShouldBeOfType<SendVerdict.Pass>();
        SendRules.Decide(Context(retry, user) with { Day = full, Now = retry.DueAt }).ShouldBeOfType<SendVerdict.Pass>();
    }

    [Fact]
    public void Decide_when_the_limit_was_lowered_below_the_slot_it_holds_ends_it()
    {
        var holding = DaySlots.Empty(User.UserId, Today) with { MessageIds = ["a", "message-1"] };

        ShouldEnd(Context(Scheduled(), User with { DailyLimit = 1 }) with { Day = holding }, StatusReason.DailyLimit);
    }

    [Fact]
    public void Foresee_right_after_a_failure_ends_what_cannot_be_repeated_in_time()
    {
        var failed = Reminder().BeginAttempt(Phone, Noon).Next().AttemptRefused(1, new ProviderError(20429), At(1), Retry).Next();
        var shortly = failed with { Event = Event with { Start = At(300) } };

        SendRules.Decide(Context(shortly) with { Now = At(1) }).ShouldBeOfType<SendVerdict.Wait>();
        SendRules.Foresee(Context(shortly) with { Now = At(1) }).ShouldBe(new SendVerdict.End(StatusReason.EventStarted));
        SendRules.Foresee(Context(failed) with { Now = At(1) }).ShouldBeOfType<SendVerdict.Pass>();
        SendRules.Foresee(Context(failed with { MaxLateness = Duration.FromMinutes(5) }) with { Now = At(1) })
            .ShouldBe(new SendVerdict.End(StatusReason.Expired));
        SendRules.Foresee(Context(failed with { Event = null }, User with { QuietHours = new QuietHours(new LocalTime(12, 10), new LocalTime(13, 0)) }) with { Now = At(1) })
            .ShouldBe(new SendVerdict.Defer(Noon + Duration.FromHours(1), StatusReason.QuietHours));
    }

    [Fact]
    public void Evaluate_answers_every_rule_in_order()
    {
        var checks = SendRules.Evaluate(Context(Scheduled()));

        checks.Select(check => check.Rule).ShouldBe(SendRules.Names);
        checks.ShouldAllBe(check => check.Passed);
        SendRules.Names.ShouldBe(
        [
            "status", "due", "sending_disabled", "opted_out", "reminders_disabled", "phone_not_verified",
            "event", "quiet_hours_until_event", "expired", "quiet_hours", "daily_limit", "sending_paused",
        ]);
    }

    [Fact]
    public void Explain_of_a_message_that_is_due_later_finds_nothing_against_it()
    {
        var explanation = SendRules.Explain(Context(Scheduled()) with { Now = At(-60) });

        explanation.Outcome.ShouldBe(SendOutcome.WillSend);
        explanation.Checks.ShouldAllBe(check => check.Passed);
        explanation.Checks.Single(check => check.Rule == "due").Detail.ShouldBe("Due at 2026-03-02T12:00:00Z.");
    }

    [Fact]
    public void Evaluate_tells_neither_number_nor_text()
    {
        Message[] messages = [Scheduled(), Reminder(), InFlight(), WaitingForRetry()];
        UserPreferences[] users = [User, User with { Phone = null, QuietHours = AroundNoon, DailyLimit = 0, OptOut = new OptOut(Noon, OptOutReason.Request) }];

        foreach (var message in messages)
        {
            foreach (var user in users)
            {
                var told = string.Join(' ', SendRules.Evaluate(Context(message, user)).Select(check => check.Detail));
                told.ShouldNotContain(Phone[2..]);
                told.ShouldNotContain(message.Body);
                told.ShouldNotContain("Dentist");
            }
        }
    }

    [Fact]
    public void Explain_tells_what_will_become_of_it()
    {
        var early = Noon - Duration.FromMinutes(30);

        Outcome(Context(Scheduled()) with { Now = early }).ShouldBe((SendOutcome.WillSend, Noon));
        Outcome(Context(Scheduled(), User with { QuietHours = AroundNoon }) with { Now = early })
            .ShouldBe((SendOutcome.Deferred, Noon + Duration.FromHours(1)));
        Outcome(Context(Scheduled()) with { Now = early, SendingEnabled = false }).ShouldBe((SendOutcome.Cancelled, Noon));
        Outcome(Context(InFlight())).Outcome.ShouldBe(SendOutcome.Sending);
        Outcome(Context(Sent())).Outcome.ShouldBe(SendOutcome.Sent);
        Outcome(Context(Sent().ApplyReceipt(Receipt("delivered"), Retry).Next())).Outcome.ShouldBe(SendOutcome.Delivered);
        Outcome(Context(Sent(maxAttempts: 1).ApplyReceipt(Receipt("failed"), Retry).Next())).Outcome.ShouldBe(SendOutcome.Failed);
        Outcome(Context(Scheduled().Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next())).Outcome.ShouldBe(SendOutcome.Cancelled);
        Outcome(Context(WaitingForRetry() with { MaxLateness = Duration.Zero })).Outcome.ShouldBe(SendOutcome.Failed);
    }

    [Fact]
    public void Explain_of_a_deferred_message_goes_on_saying_so_until_it_is_due()
    {
        var quiet = User with { QuietHours = AroundNoon };
        var end = Noon + Duration.FromHours(1);
        var deferred = Scheduled().Defer(end, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        Outcome(Context(deferred, quiet) with { Now = end - Duration.Epsilon }).ShouldBe((SendOutcome.Deferred, end));
        SendRules.Explain(Context(deferred, quiet)).Checks.Single(check => check.Rule == "quiet_hours").Passed.ShouldBeFalse();
        Outcome(Context(deferred, quiet) with { Now = end }).ShouldBe((SendOutcome.WillSend, end));
        SendRules.Decide(Context(deferred, quiet)).ShouldBe(new SendVerdict.Wait(end));
        SendRules.Decide(Context(deferred, quiet) with { Now = end }).ShouldBeOfType<SendVerdict.Pass>();
    }

    [Fact]
    public void Explain_while_sending_rests_names_the_time_of_the_next_try()
    {
        Outcome(Context(Scheduled()) with { PausedUntil = At(60) }).ShouldBe((SendOutcome.WillSend, At(60)));
        Outcome(Context(Scheduled()) with { Now = At(-600), PausedUntil = At(-300) }).ShouldBe((SendOutcome.WillSend, Noon));
        Outcome(Context(Scheduled()) with { SendingEnabled = false, PausedUntil = At(60) }).Outcome.ShouldBe(SendOutcome.Cancelled);
        Outcome(Context(Scheduled().Pause(At(60), Noon).Next()) with { PausedUntil = At(60) }).ShouldBe((SendOutcome.WillSend, At(60)));
    }

    [Fact]
    public void TimeRunsOutAt_is_when_the_rules_begin_to_end_the_message()
    {
        var custom = MessageLifecycle.Create(New with { MaxLateness = Duration.FromMinutes(20) }, Noon);
        var (late, reminder, often) = (Context(custom), Context(Reminder()), Context(Reminder()) with { DefaultMaxLateness = Duration.FromMinutes(5) });

        late.LatestAt.ShouldBe(At(20 * 60));
        reminder.TimeRunsOutAt.ShouldBe(Event.Start);
        foreach (var (context, reason) in new[] { (late, StatusReason.Expired), (reminder, StatusReason.EventStarted), (often, StatusReason.Expired) })
        {
            ShouldEnd(context with { Now = context.TimeRunsOutAt }, reason);
            SendRules.Decide(context with { Now = context.TimeRunsOutAt - Duration.FromMilliseconds(1) }).ShouldBeOfType<SendVerdict.Pass>();
        }
    }

    [Fact]
    public void Explain_at_night_does_not_defer_what_is_due_by_day()
    {
        var quiet = User with { QuietHours = new QuietHours(new LocalTime(21, 0), new LocalTime(8, 0)) };
        var night = Instant.FromUtc(2026, 3, 1, 23, 0);

        Outcome(Context(Scheduled(), quiet) with { Now = night }).ShouldBe((SendOutcome.WillSend, Noon));
    }

    [Fact]
    public void DayOf_is_the_local_date_on_which_it_would_go_out()
    {
        var kiritimati = User with { Zone = DateTimeZoneProviders.Tzdb["Pacific/Kiritimati"] };

        SendContext.DaysOf(Scheduled(), kiritimati, Noon - Duration.FromHours(12)).ShouldBe([new LocalDay(new LocalDate(2026, 3, 3), "Pacific/Kiritimati")]);
    }

    private static (SendOutcome Outcome, Instant SendAt) Outcome(SendContext context) =>
        SendRules.Explain(context) is var explanation ? (explanation.Outcome, explanation.SendAt) : default;

    private static void ShouldEnd(SendContext context, StatusReason reason) =>
        SendRules.Decide(context).ShouldBe(new SendVerdict.End(reason));
}
