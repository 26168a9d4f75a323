using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Tests.Messages;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>The planner on the edges of its rules.</summary>
public sealed class PlanningEdgeTests
{
    private static readonly Instant Later = Afternoon + Duration.FromHours(2);

    [Fact]
    public void Reminder_carries_all_that_the_event_says()
    {
        var entry = Entry with { Location = "Room 5", JoinLink = "https://example.org/call", Page = "https://calendar.example.org/1" };

        var reminder = Track.Saw(entry).Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>().Reminder;

        reminder.Event.ShouldBe(new CalendarEvent
        {
            Id = "event-1",
            CalendarId = "primary",
            Title = "Dentist",
            Start = Afternoon,
            End = Afternoon + Duration.FromMinutes(30),
            Location = "Room 5",
            Link = "https://calendar.example.org/1",
        });
        reminder.Facts.Location.ShouldBe("Room 5");
        reminder.Facts.JoinLink.ShouldBe("https://example.org/call");
        reminder.Facts.Zone.ShouldBe(User.Zone);
    }

    [Fact]
    public void Reminder_as_a_message_is_the_planners_and_belongs_to_the_user()
    {
        var user = User with { Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"] };

        var message = Track.Decide(null, Morning, user).Create(Morning);

        message.UserId.ShouldBe("user-1");
        message.Type.ShouldBe(MessageType.EventReminder);
        message.TimeZone.ShouldBe("Europe/Berlin");
        message.MaxAttempts.ShouldBe(3);
        message.Timeline.ShouldHaveSingleItem().Source.ShouldBe(TimelineSource.Planner);
        message.Body.ShouldContain("15:00");
    }

    [Fact]
    public void Reminder_is_worded_in_the_language_of_the_context() =>
        ReminderPlanner.Decide(Track, null, PlanningContext.Today(User, Morning, "de")).Create(Morning).Body.ShouldStartWith("Dentist beginnt in 15 Min.");

    [Fact]
    public void Event_without_an_end_or_with_one_before_its_start_takes_no_time()
    {
        foreach (var end in new Instant?[] { null, Afternoon - Duration.FromHours(1) })
        {
            var reminder = Track.Saw(Entry with { End = end }).Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>().Reminder;

            reminder.Event.End.ShouldBe(Afternoon);
            reminder.Facts.MinutesLong.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData(50, 12, 50)]
    [InlineData(59, 12, 59)]
    [InlineData(0, 12, 45)]
    public void ExpectedAt_is_the_end_of_quiet_hours_only_when_that_is_before_the_event(int minute, int hour, int expected)
    {
        var quietUntil = new LocalTime(minute == 0 ? 13 : 12, minute);
        var user = User with { QuietHours = new QuietHours(new LocalTime(10, 0), quietUntil) };
        var start = Instant.FromUtc(2026, 3, 2, 13, 0);

        ReminderPlanner.ExpectedAt(start - Duration.FromMinutes(15), start, user).ShouldBe(Instant.FromUtc(2026, 3, 2, hour, expected));
    }

    [Fact]
    public void Event_that_begins_this_instant_has_begun()
    {
        Track.Decide(null, Afternoon - Duration.Epsilon).ShouldBeOfType<PlanningDecision.Create>();
        Track.Decide(null, Afternoon).ShouldLeave(SkipReason.EventStarted);
        var (track, message) = Planned();
        track.Saw(Entry.At(Morning)).Decide(message, Morning).ShouldCancel(message, StatusReason.EventRescheduledToPast);
        track.Saw(Entry.At(Morning + Duration.Epsilon)).Decide(message, Morning).ShouldBeOfType<PlanningDecision.Follow>();
    }

    [Fact]
    public void Deferred_reminder_whose_event_changes_is_planned_from_its_own_time()
    {
        var (track, message) = Planned();
        var deferred = message.Defer(Afternoon - Duration.FromMinutes(5), StatusReason.QuietHours, TimelineSource.Workflow, Morning).Next();

        var follow = track.Saw(Entry with { Title = "Doctor" }).Decide(deferred, Morning).ShouldBeOfType<PlanningDecision.Follow>();

        follow.Reminder.SendAt.ShouldBe(message.SendAt);
        follow.Reminder.Facts.MinutesUntil.ShouldBe(15);
        follow.Reword.ShouldBeTrue();
    }

    [Fact]
    public void Retry_costs_no_new_text_unless_its_event_moves()
    {
        var (track, message) = Planned();
        var retry = Retry(message);
        var now = retry.UpdatedAt;

        track.Decide(retry, now).ShouldLeave(SkipReason.AlreadyPlanned);
        var renamed = track.Saw(Entry with { Title = "Doctor" }).Decide(retry, now).ShouldBeOfType<PlanningDecision.Follow>();
        renamed.Reword.ShouldBeFalse();
        renamed.Reminder.SendAt.ShouldBe(retry.DueAt);
        track.Saw(Entry.At(Later)).Decide(retry, now).ShouldBeOfType<PlanningDecision.Follow>().Reword.ShouldBeTrue();
    }

    [Fact]
    public void Text_of_a_caller_gives_way_when_the_title_or_the_place_changes_but_not_for_the_end()
    {
        var (track, message) = Planned();
        var edited = message.Edit(new MessageText("Take the X-rays along", BodySource.Caller), TimelineSource.Api, Morning).Next();

        Reword(Entry with { Title = "Doctor" }).ShouldBeTrue();
        Reword(Entry with { Location = "Room 5" }).ShouldBeTrue();
        Reword(Entry with { End = Later }).ShouldBeFalse();

        bool Reword(SmsDapr.Core.Calendar.CalendarEntry entry) => track.Saw(entry).Decide(edited, Morning).ShouldBeOfType<PlanningDecision.Follow>().Reword;
    }

    [Fact]
    public void Reminder_that_is_out_and_not_over_is_already_planned()
    {
        var (track, message) = Planned();

        track.Decide(message.Accepted(), Morning).ShouldLeave(SkipReason.AlreadyPlanned);
        track.Decide(message.Delivered(), Morning).ShouldLeave(SkipReason.AlreadySettled);
    }

    [Fact]
    public void Reminder_that_failed_after_an_attempt_is_settled_whatever_ended_it()
    {
        var (track, message) = Planned();
        var retry = Retry(message);

        track.Decide(retry.Cancel(StatusReason.OptedOut, TimelineSource.Inbound, retry.UpdatedAt).Next(), retry.UpdatedAt).ShouldLeave(SkipReason.AlreadySettled);
    }

    [Fact]
    public void Settled_starts_are_kept_once_and_only_while_they_are_ahead()
    {
        var (track, message) = Planned();
        var moved = track.Saw(Entry.At(Later)) with { SettledStarts = [Morning - Duration.FromHours(1), Morning, Afternoon] };

        moved.Decide(message.Delivered(), Morning).Track.SettledStarts.ShouldBe([Afternoon]);
        moved.Decide(message.Delivered(), Afternoon).Track.SettledStarts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("user-2", "event-1", MessageType.EventReminder)]
    [InlineData("user-1", "event-2", MessageType.EventReminder)]
    [InlineData("user-1", "event-1", MessageType.Custom)]
    public void Message_of_another_user_event_or_kind_under_the_id_is_not_the_reminder(string user, string id, MessageType type)
    {
        var (track, message) = Planned();
        var other = message with { UserId = user, Type = type, Event = message.Event! with { Id = id } };

        track.Decide(other, Morning).ShouldBeOfType<PlanningDecision.Create>().Track.Generation.ShouldBe(2);
        track.Decide(other with { Status = MessageStatus.Delivered }, Morning).ShouldBeOfType<PlanningDecision.Create>().Track.Generation.ShouldBe(2);
    }

    [Fact]
    public void DecideAll_lists_what_is_not_created_by_start_and_then_by_id()
    {
        ReminderTrack Of(string id, Instant start) => ReminderTrack.Of("user-1", Entry.At(start) with { Id = id, Declined = true });
        var tracks = new[] { ReminderTrack.Of("user-1", AllDay with { Id = "b" }), ReminderTrack.Of("user-1", AllDay with { Id = "a" }), Of("d", Later), Of("f", Afternoon), Of("e", Afternoon) };

        var decisions = ReminderPlanner.DecideAll(tracks.Append(Track).Select(track => (track, (Message?)null)), Context(Morning));

        decisions.Select(decision => decision.Track.EventId).ShouldBe(["event-1", "e", "f", "d", "a", "b"]);
    }

    [Fact]
    public void Concerns_an_event_that_starts_in_the_window_though_its_reminder_went_out_before()
    {
        var context = Context(Morning);

        PlanningDays.Concerns(Entry.At(context.Window.Start), context).ShouldBeTrue();
        PlanningDays.Concerns(Entry.At(context.Window.Start - Duration.Epsilon), context).ShouldBeFalse();
        PlanningDays.Concerns(AllDay with { StartDate = new LocalDate(2026, 2, 27), EndDate = new LocalDate(2026, 3, 4) }, context).ShouldBeTrue();
        PlanningDays.Concerns(AllDay with { EndDate = null }, context).ShouldBeFalse();
    }

    private static Message Retry(Message message) => message
        .BeginAttempt(Sample.Phone, message.DueAt).Next()
        .AttemptRefused(1, new SmsDapr.Core.Delivery.ProviderError(20503, 503, null), message.DueAt, Sample.Retry).Next();

    private static (ReminderTrack Track, Message Message) Planned()
    {
        var decision = Track.Decide(null, Morning);
        return (decision.Track, decision.Create(Morning));
    }
}
