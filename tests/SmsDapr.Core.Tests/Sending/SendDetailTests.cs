using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Messages.Sample;
using static SmsDapr.Core.Tests.Sending.SendSample;

namespace SmsDapr.Core.Tests.Sending;

/// <summary>What the explanation tells people, sentence by sentence.</summary>
public sealed class SendDetailTests
{
    [Theory]
    [InlineData("status", "It is waiting to be sent.")]
    [InlineData("due", "Due since 2026-03-02T12:00:00Z.")]
    [InlineData("sending_disabled", "Sending is switched on.")]
    [InlineData("opted_out", "The user has not opted out.")]
    [InlineData("reminders_disabled", "The user wants event reminders.")]
    [InlineData("phone_not_verified", "The user's phone number is verified.")]
    [InlineData("event", "The calendar event stands and begins at 2026-03-02T12:15:00Z.")]
    [InlineData("quiet_hours_until_event", "Quiet hours leave time before the calendar event.")]
    [InlineData("expired", "It may go out until 2026-03-02T16:00:00Z.")]
    [InlineData("quiet_hours", "The user has no quiet hours.")]
    [InlineData("daily_limit", "0 of 10 messages of 2026-03-02 are taken.")]
    [InlineData("sending_paused", "Sending is not paused.")]
    public void Rule_that_passes_says_what_it_saw(string rule, string detail) => Detail(Context(Reminder()), rule).ShouldBe(detail);

    [Theory]
    [InlineData("reminders_disabled", "It is not an event reminder.")]
    [InlineData("event", "It belongs to no calendar event.")]
    [InlineData("quiet_hours_until_event", "It belongs to no calendar event.")]
    public void Rule_about_events_says_that_there_is_none(string rule, string detail) => Detail(Context(Scheduled()), rule).ShouldBe(detail);

    [Fact]
    public void Rule_about_the_message_says_what_stands_against_it()
    {
        Detail(Context(InFlight()), "status").ShouldBe("It is no longer waiting to be sent: sending since 2026-03-02T12:00:00Z.");
        Detail(Context(Scheduled().Cancel(StatusReason.EventDeleted, TimelineSource.Calendar, At(30)).Next()), "status")
            .ShouldBe("It is no longer waiting to be sent: cancelled since 2026-03-02T12:00:30Z, event_deleted.");
        Detail(Context(Scheduled()) with { Now = At(-60) }, "due").ShouldBe("Due at 2026-03-02T12:00:00Z.");
        Detail(Context(WaitingForRetry()), "due").ShouldBe("Due at 2026-03-02T12:02:05Z, since attempt 1 of 3 failed.");
        Detail(Context(Scheduled().Defer(At(60), StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next()), "due")
            .ShouldBe("Due at 2026-03-02T12:01:00Z, deferred from 2026-03-02T12:00:00Z.");
        Detail(Context(Scheduled()) with { Now = Noon + Duration.FromHours(5) }, "expired").ShouldBe("It was to go out by 2026-03-02T16:00:00Z.");
        Detail(Context(Scheduled()) with { SendingEnabled = false }, "sending_disabled").ShouldBe("Sending is switched off.");
    }

    [Fact]
    public void Rule_about_the_user_says_what_stands_against_it()
    {
        Detail(Context(Scheduled(), User with { OptOut = new OptOut(Noon, OptOutReason.Request) }), "opted_out").ShouldBe("The user opted out.");
        Detail(Context(Reminder(), User with { EventRemindersEnabled = false }), "reminders_disabled").ShouldBe("The user turned event reminders off.");
        Detail(Context(Scheduled(), User with { Phone = null }), "phone_not_verified").ShouldBe("The user has no phone number.");
        Detail(Context(Scheduled(), User with { Phone = new UserPhone(Phone, null) }), "phone_not_verified").ShouldBe("The user's phone number is not verified.");
        Detail(Context(Scheduled(), User with { DailyLimit = 0 }), "daily_limit").ShouldBe("The limit of 0 messages for 2026-03-02 is reached.");
    }

    [Fact]
    public void Rule_about_the_limit_says_which_days_of_other_zones_count()
    {
        var left = DaySlots.Empty(User.UserId, new LocalDay(new LocalDate(2026, 3, 1), "Pacific/Honolulu"));
        var context = Context(Scheduled(), User with { DailyLimit = 2 }) with { EarlierDays = [left with { MessageIds = ["a"] }, left] };

        Detail(context, "daily_limit").ShouldBe("1 of 2 messages of 2026-03-02 are taken, counting 2026-03-01 in Pacific/Honolulu.");
        Detail(context with { EarlierDays = [left with { MessageIds = ["a"] }, left with { Day = Today, MessageIds = ["a"] }] }, "daily_limit")
            .ShouldEndWith("counting 2026-03-01 in Pacific/Honolulu and 2026-03-02 in UTC.");
        Detail(context with { User = User with { DailyLimit = 1 } }, "daily_limit")
            .ShouldBe("The limit of 1 messages for 2026-03-02 is reached, counting 2026-03-01 in Pacific/Honolulu.");
    }

    [Fact]
    public void Rule_about_a_pause_says_when_it_is_tried_again() =>
        Detail(Context(Scheduled()) with { PausedUntil = At(60) }, "sending_paused").ShouldBe("All sending rests; it is tried again at 2026-03-02T12:01:00Z.");

    [Theory]
    [InlineData(EventStanding.Deleted, "The calendar event was deleted.")]
    [InlineData(EventStanding.AllDay, "The calendar event became an all-day event.")]
    [InlineData(EventStanding.MovedToPast, "The calendar event was moved to a time that has passed.")]
    [InlineData(EventStanding.CalendarDisconnected, "The calendar is disconnected.")]
    public void Rule_about_the_event_says_what_became_of_it(EventStanding standing, string detail) =>
        Detail(Context(Reminder()) with { Event = standing }, "event").ShouldBe(detail);

    [Fact]
    public void Rule_about_the_event_says_when_it_begins() =>
        Detail(Context(Reminder()) with { Now = Event.Start }, "event").ShouldBe("The calendar event begins at 2026-03-02T12:15:00Z.");

    [Fact]
    public void Rule_about_quiet_hours_says_when_they_end()
    {
        var quiet = User with { QuietHours = AroundNoon };

        Detail(Context(Scheduled(), quiet), "quiet_hours").ShouldBe("Quiet hours last until 2026-03-02T13:00:00Z.");
        Detail(Context(Scheduled() with { QuietHoursOverrideReason = "Fire drill" }, quiet), "quiet_hours").ShouldBe("The sender overrides quiet hours: Fire drill");
        Detail(Context(Scheduled().Defer(At(60), StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next()), "quiet_hours")
            .ShouldBe("Quiet hours last until 2026-03-02T12:01:00Z.");
        Detail(Context(Reminder(), quiet), "quiet_hours_until_event")
            .ShouldBe("Quiet hours last until 2026-03-02T13:00:00Z; the calendar event begins at 2026-03-02T12:15:00Z.");
        Detail(Context(Scheduled(), quiet) with { Now = Noon + Duration.FromHours(2) }, "quiet_hours").ShouldBe("Outside quiet hours (11:00-13:00, UTC).");
    }

    private static string Detail(SendContext context, string rule) => SendRules.Evaluate(context).Single(check => check.Rule == rule).Detail;
}
