using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Planning;
using SmsDapr.Core.Tests.Messages;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Planning;

/// <summary>What becomes of an event whose reminder is over: one more, or none.</summary>
public sealed class FurtherReminderTests
{
    [Fact]
    public void Decide_for_an_event_moved_after_its_reminder_went_out_plans_one_more()
    {
        var (track, message) = Planned();
        var now = Afternoon - Duration.FromMinutes(5);
        var later = track.Saw(Entry.At(Afternoon + Duration.FromHours(2)));

        foreach (var current in new[] { message.BeginAttempt(Sample.Phone, message.DueAt).Next(), message.Accepted(), message.Delivered() })
        {
            track.Decide(current, now).ShouldBeOfType<PlanningDecision.Leave>();
            var create = later.Decide(current, now).ShouldBeOfType<PlanningDecision.Create>();
            create.Track.Generation.ShouldBe(2);
            create.Reminder.MessageId.ShouldNotBe(message.Id);
        }
    }

    [Fact]
    public void Decide_for_an_event_moved_back_to_a_start_that_was_reminded_of_takes_the_further_one_back()
    {
        var (track, message) = Planned();
        var now = Afternoon - Duration.FromMinutes(10);
        var away = track.Saw(Entry.At(Afternoon + Duration.FromHours(2))).Decide(message.Delivered(), now);
        var second = away.Create(now);

        var back = away.Track.Saw(Entry).Decide(second, now);

        back.ShouldCancel(second, StatusReason.EventRescheduledToPast);
        var cancelled = second.Cancel(StatusReason.EventRescheduledToPast, TimelineSource.Calendar, now).Next();
        back.Track.Decide(cancelled, now).ShouldLeave(SkipReason.AlreadySettled);
        back.Track.Saw(Entry.At(Afternoon + Duration.FromHours(3))).Decide(cancelled, now).ShouldBeOfType<PlanningDecision.Create>().Track.Generation.ShouldBe(3);
    }

    [Fact]
    public void Decide_for_an_event_that_was_deleted_and_comes_back_plans_a_new_one()
    {
        var (track, message) = Planned();
        var cancelled = message.Cancel(StatusReason.EventDeleted, TimelineSource.Calendar, Morning).Next();

        track.Decide(cancelled, Morning).ShouldBeOfType<PlanningDecision.Create>().Track.Generation.ShouldBe(2);
    }

    [Fact]
    public void Decide_for_a_reminder_that_a_person_cancelled_respects_that_until_the_event_moves()
    {
        var (track, message) = Planned();
        var cancelled = message.Cancel(StatusReason.UserCancelled, TimelineSource.Api, Morning).Next();

        var decision = track.Decide(cancelled, Morning);

        decision.ShouldLeave(SkipReason.UserCancelled);
        track.Saw(Entry with { Title = "Dentist!" }).Decide(cancelled, Morning).ShouldLeave(SkipReason.UserCancelled);
        decision.Track.Saw(Entry.At(Afternoon + Duration.FromMinutes(15))).Decide(cancelled, Morning).ShouldBeOfType<PlanningDecision.Create>();
    }

    [Theory]
    [InlineData(StatusReason.OptedOut, true)]
    [InlineData(StatusReason.RemindersDisabled, true)]
    [InlineData(StatusReason.PhoneNotVerified, true)]
    [InlineData(StatusReason.CalendarDisconnected, true)]
    [InlineData(StatusReason.EventAllDay, true)]
    [InlineData(StatusReason.DailyLimit, false)]
    [InlineData(StatusReason.SendingDisabled, false)]
    [InlineData(StatusReason.QuietHoursUntilEvent, false)]
    [InlineData(StatusReason.Expired, false)]
    public void Decide_after_an_ending_plans_again_only_where_the_cause_can_go_away(StatusReason reason, bool again)
    {
        var (track, message) = Planned();
        var ended = message.Cancel(reason, TimelineSource.Workflow, Morning).Next();

        if (again)
            track.Decide(ended, Morning).ShouldBeOfType<PlanningDecision.Create>();
        else
            track.Decide(ended, Morning).ShouldLeave(SkipReason.AlreadySettled);
    }

    [Fact]
    public void Decide_when_a_callers_message_sits_under_the_id_takes_the_next_one()
    {
        var (track, message) = Planned();
        var stranger = MessageLifecycle.Create(Sample.New with { Id = message.Id }, Morning);

        track.Decide(stranger, Morning).ShouldBeOfType<PlanningDecision.Create>().Track.Generation.ShouldBe(2);
    }
}
