using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Tests.Messages;
using SmsDapr.Core.Users;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Planning;

public sealed class ReminderPlannerTests
{
    private static readonly Duration Lead = Duration.FromMinutes(15);

    [Fact]
    public void Decide_for_an_event_of_the_day_creates_its_reminder_at_the_lead_before_the_start()
    {
        var create = Track.Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>();

        create.Track.Generation.ShouldBe(1);
        create.Reminder.MessageId.ShouldBe(create.Track.MessageId);
        create.Reminder.SendAt.ShouldBe(Afternoon - Lead);
        create.Reminder.Event.ShouldBe(new CalendarEvent { Id = "event-1", CalendarId = "primary", Title = "Dentist", Start = Afternoon, End = Afternoon + Lead + Lead });
        create.Create(Morning).Body.ShouldBe("Dentist starts in 15 mins, at 2:00 PM, for 30 mins.");
    }

    [Fact]
    public void Decide_again_when_its_message_never_came_to_be_creates_the_same_message()
    {
        var first = Track.Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>();

        var again = first.Track.Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>();

        again.Reminder.ShouldBe(first.Reminder);
        again.Track.ShouldBeSameAs(first.Track);
    }

    [Fact]
    public void Decide_for_an_event_too_near_for_the_lead_sends_at_once_and_says_so()
    {
        var now = Afternoon - Duration.FromMinutes(7);
        var message = Track.Decide(null, now).Create(now);

        message.SendAt.ShouldBe(now);
        message.Body.ShouldContain("in 7 mins");
    }

    [Fact]
    public void Decide_when_quiet_hours_will_defer_it_says_the_time_left_then()
    {
        var user = User with { QuietHours = new QuietHours(new LocalTime(21, 0), new LocalTime(8, 0)) };
        var entry = Entry.At(Instant.FromUtc(2026, 3, 2, 8, 10));
        var midnight = Instant.FromUtc(2026, 3, 2, 0, 1);

        var message = ReminderTrack.Of("user-1", entry).Decide(null, midnight, user).Create(midnight);

        message.SendAt.ShouldBe(Instant.FromUtc(2026, 3, 2, 7, 55));
        message.Body.ShouldContain("in 10 mins");
    }

    [Fact]
    public void Decide_for_what_gets_no_reminder_says_why()
    {
        Track.Decide(null, Morning, User with { OptOut = new OptOut(Morning, OptOutReason.Keyword) }).ShouldLeave(SkipReason.OptedOut);
        Track.Decide(null, Morning, User with { EventRemindersEnabled = false }).ShouldLeave(SkipReason.RemindersDisabled);
        Track.Decide(null, Morning, User with { Phone = null }).ShouldLeave(SkipReason.PhoneNotVerified);
        Track.Decide(null, Morning, User with { Phone = new UserPhone(Sample.Phone, null) }).ShouldLeave(SkipReason.PhoneNotVerified);
        ReminderPlanner.Decide(Track, null, Context(Morning) with { CalendarConnected = false }).ShouldLeave(SkipReason.CalendarDisconnected);
        Track.Saw(null).Decide(null, Morning).ShouldLeave(SkipReason.EventDeleted);
        Track.Saw(AllDay).Decide(null, Morning).ShouldLeave(SkipReason.EventAllDay);
        Track.Saw(Entry with { Declined = true }).Decide(null, Morning).ShouldLeave(SkipReason.EventDeclined);
        Track.Saw(Entry with { IsAppointment = false }).Decide(null, Morning).ShouldLeave(SkipReason.NotAnAppointment);
        Track.Decide(null, Afternoon).ShouldLeave(SkipReason.EventStarted);
        Track.Decide(null, Morning - Duration.FromDays(1)).ShouldLeave(SkipReason.AnotherDay);
    }

    [Fact]
    public void Decide_for_an_event_right_after_midnight_belongs_to_the_day_before()
    {
        var entry = Entry.At(Instant.FromUtc(2026, 3, 3, 0, 10));

        ReminderTrack.Of("user-1", entry).Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>()
            .Reminder.SendAt.ShouldBe(Instant.FromUtc(2026, 3, 2, 23, 55));
        ReminderTrack.Of("user-1", entry.At(Instant.FromUtc(2026, 3, 3, 0, 15))).Decide(null, Morning).ShouldLeave(SkipReason.AnotherDay);
    }

    [Fact]
    public void Decide_for_an_event_longer_than_a_day_looks_at_its_start()
    {
        var entry = Entry with { End = Afternoon + Duration.FromDays(3) };

        Track.Saw(entry).Decide(null, Morning).ShouldBeOfType<PlanningDecision.Create>();
        Track.Saw(entry).Decide(null, Afternoon + Duration.FromDays(1)).ShouldLeave(SkipReason.EventStarted);
    }

    [Fact]
    public void Decide_for_a_reminder_that_waits_and_is_right_leaves_it()
    {
        var (track, message) = Planned();

        var decision = track.Decide(message, Morning);

        decision.ShouldLeave(SkipReason.AlreadyPlanned);
        decision.Track.ShouldBeSameAs(track);
    }

    [Fact]
    public void Decide_for_a_moved_event_moves_and_rewords_the_reminder_that_waits()
    {
        var (track, message) = Planned();
        var later = Afternoon + Duration.FromHours(26);

        var moved = track.Saw(Entry.At(later)).Decide(message, Morning).Follow(message, Morning);

        moved.Id.ShouldBe(message.Id);
        moved.SendAt.ShouldBe(later - Lead);
        moved.Event!.Start.ShouldBe(later);
        moved.Body.ShouldContain("4:00 PM");
        track.Saw(Entry.At(later)).Decide(moved, Morning).ShouldLeave(SkipReason.AlreadyPlanned);
    }

    [Fact]
    public void Decide_for_a_changed_link_rewords_without_moving()
    {
        var (track, message) = Planned();

        var reworded = track.Saw(Entry with { JoinLink = "https://example.org/call" }).Decide(message, Morning).Follow(message, Morning);

        reworded.SendAt.ShouldBe(message.SendAt);
        reworded.Body.ShouldEndWith("https://example.org/call");
    }

    [Fact]
    public void Decide_for_a_changed_page_or_description_takes_it_over_without_a_new_text()
    {
        var (track, message) = Planned();

        track.Saw(Entry with { Description = "Bring the form" }).Decide(message, Morning).ShouldLeave(SkipReason.AlreadyPlanned);
        var follow = track.Saw(Entry with { Page = "https://calendar.example.org/1" }).Decide(message, Morning).ShouldBeOfType<PlanningDecision.Follow>();
        follow.Reword.ShouldBeFalse();
    }

    [Fact]
    public void Decide_for_a_changed_end_rewords_and_keeps_the_time()
    {
        var (track, message) = Planned();

        var changed = track.Saw(Entry with { End = Afternoon + Duration.FromHours(1) }).Decide(message, Morning, User with { LeadTimeMinutes = 60 }).Follow(message, Morning);

        changed.SendAt.ShouldBe(message.SendAt);
        changed.Body.ShouldEndWith("for 1 hour.");
    }

    [Fact]
    public void Decide_after_the_lead_changed_moves_nothing_until_the_event_moves()
    {
        var (track, message) = Planned();
        var user = User with { LeadTimeMinutes = 60 };

        track.Decide(message, Morning, user).ShouldLeave(SkipReason.AlreadyPlanned);
        var later = Entry.At(Afternoon + Duration.FromHours(1));
        track.Saw(later).Decide(message, Morning, user).Follow(message, Morning).SendAt.ShouldBe(Afternoon);
    }

    [Fact]
    public void Decide_for_a_reminder_moved_by_a_caller_keeps_its_time_and_says_it()
    {
        var (track, message) = Planned();
        var patched = message.Move(Afternoon - Duration.FromHours(1), null, TimelineSource.Api, Morning).Next();

        var reworded = track.Decide(patched, Morning).Follow(patched, Morning);

        reworded.SendAt.ShouldBe(Afternoon - Duration.FromHours(1));
        reworded.Body.ShouldContain("in 1 hour,");
    }

    [Fact]
    public void Decide_for_a_reminder_edited_by_a_caller_keeps_the_text_until_the_event_changes()
    {
        var (track, message) = Planned();
        var edited = message.Edit(new MessageText("Take the X-rays along", BodySource.Caller), TimelineSource.Api, Morning).Next();

        track.Decide(edited, Morning).ShouldLeave(SkipReason.AlreadyPlanned);
        track.Saw(Entry.At(Afternoon + Lead)).Decide(edited, Morning).Follow(edited, Morning).BodySource.ShouldBe(BodySource.Template);
    }

    [Fact]
    public void Decide_for_an_event_that_calls_for_none_any_more_cancels_the_reminder_that_waits()
    {
        var (track, message) = Planned();

        track.Saw(null).Decide(message, Morning).ShouldCancel(message, StatusReason.EventDeleted);
        track.Saw(AllDay).Decide(message, Morning).ShouldCancel(message, StatusReason.EventAllDay);
        track.Saw(Entry.At(Morning)).Decide(message, Morning).ShouldCancel(message, StatusReason.EventRescheduledToPast);
        track.Saw(Entry with { Declined = true }).Decide(message, Morning).ShouldCancel(message, StatusReason.EventDeleted);
        ReminderPlanner.Decide(track, message, Context(Morning) with { CalendarConnected = false }).ShouldCancel(message, StatusReason.CalendarDisconnected);
    }

    [Fact]
    public void Decide_for_a_reminder_that_waits_when_its_event_begins_leaves_it_to_the_send_rules()
    {
        var (track, message) = Planned();

        track.Decide(message, Afternoon).ShouldLeave(SkipReason.EventStarted);
        track.Decide(message, Morning, User with { EventRemindersEnabled = false }).ShouldLeave(SkipReason.AlreadyPlanned);
    }

    [Fact]
    public void DecideAll_creates_earliest_first()
    {
        var tracks = new[] { 16, 11, 14, 20 }.Select(hour =>
            ReminderTrack.Of("user-1", Entry.At(Instant.FromUtc(2026, 3, 2, hour, 0)) with { Id = $"event-{hour}" })).ToList();

        var decisions = ReminderPlanner.DecideAll(tracks.Append(Track.Saw(AllDay)).Select(track => (track, (Message?)null)), Context(Morning));

        decisions.Select(decision => decision.Track.EventId).ShouldBe(["event-11", "event-14", "event-16", "event-20", "event-1"]);
    }

    [Fact]
    public void Message_ids_are_valid_and_differ_between_users_calendars_events_and_generations()
    {
        var ids = new List<string?>();
        foreach (var (user, calendar, id) in new[] { ("u", "c", "e"), ("u", "ce", ""), ("uc", "", "e"), ("u", "c", "e2"), ("v", "c", "e") })
        {
            var track = ReminderTrack.Of(user, Entry with { CalendarId = calendar, Id = id });
            ids.AddRange([(track with { Generation = 1 }).MessageId, (track with { Generation = 2 }).MessageId, (track with { Generation = 21 }).MessageId]);
        }

        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id!.Length <= 64 && id.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'));
        Track.MessageId.ShouldBeNull();
    }
}
