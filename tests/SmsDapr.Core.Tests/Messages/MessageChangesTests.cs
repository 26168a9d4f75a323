using NodaTime;
using SmsDapr.Core.Delivery;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessageChangesTests
{
    private static readonly Instant Morning = Noon + Duration.FromHours(20);

    [Fact]
    public void Move_of_a_paused_message_to_the_time_it_was_meant_for_ends_its_wait()
    {
        var paused = Scheduled().Pause(At(60), Noon).Next();

        paused.Move(Noon, null, TimelineSource.Api, Noon).Next().DueAt.ShouldBe(Noon);
        paused.Move(At(60), null, TimelineSource.Api, Noon).Next().SendAt.ShouldBe(At(60));
    }

    [Fact]
    public void FollowEvent_whose_end_alone_changed_keeps_its_time_and_deferral()
    {
        var longer = Event with { End = Event.End + Duration.FromHours(1) };
        var deferred = Reminder().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        var followed = deferred.FollowEvent(longer, At(30), new MessageText("Other", BodySource.Template), Noon).Next();

        (followed.Event, followed.Body).ShouldBe((longer, "Other"));
        (followed.SendAt, followed.DeferredFrom, followed.StatusReason).ShouldBe((Morning, Noon, StatusReason.QuietHours));
    }

    [Fact]
    public void Move_of_a_deferred_message_to_the_time_it_is_deferred_to_makes_that_its_own()
    {
        var moved = Scheduled().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next().Move(Morning, null, TimelineSource.Api, Noon).Next();

        (moved.SendAt, moved.DeferredFrom, moved.StatusReason).ShouldBe((Morning, null, null));
        moved.Move(Morning, null, TimelineSource.Api, Noon).ShouldBeUnchanged();
    }

    [Fact]
    public void Receipt_of_a_failure_that_comes_after_the_message_was_moved_does_not_bring_its_retry_forward()
    {
        var absent = InFlight().AttemptAbsent(1, At(10), RetryOptions.Default).Next();
        var moved = absent.Move(Morning, null, TimelineSource.Api, At(20)).Next();

        var failed = moved.ApplyReceipt(new ReceiptFact(1, "SM1", "undelivered", 30003, At(30), TimelineSource.Twilio), RetryOptions.Default).Next();

        (failed.Status, failed.StatusReason, failed.NextAttemptAt).ShouldBe((MessageStatus.Scheduled, StatusReason.Retry, Morning));
    }

    [Fact]
    public void FollowEvent_with_a_new_text_for_the_same_event_rewords_it()
    {
        Reminder().FollowEvent(Event, At(30), new MessageText("Other", BodySource.Template), Noon).Next().Body.ShouldBe("Other");
        Reminder().FollowEvent(Event, At(30), new MessageText("Hello", BodySource.Template), Noon).ShouldBeUnchanged();
        Reminder().FollowEvent(Event, At(30), null, Noon).ShouldBeUnchanged();
    }

    [Fact]
    public void Move_sets_the_send_time()
    {
        var message = Scheduled().Move(Morning, new LocalDateTime(2026, 3, 3, 8, 0), TimelineSource.Api, Noon).Next();

        message.SendAt.ShouldBe(Morning);
        message.SendAtLocal.ShouldBe(new LocalDateTime(2026, 3, 3, 8, 0));
        message.NextAttemptAt.ShouldBeNull();
        message.Timeline.Count.ShouldBe(2);
    }

    [Fact]
    public void Move_to_the_same_time_changes_nothing() => Scheduled().Move(Noon, null, TimelineSource.Api, Noon).ShouldBeUnchanged();

    [Fact]
    public void Move_while_waiting_for_a_retry_moves_the_retry()
    {
        var message = WaitingForRetry().Move(Morning, null, TimelineSource.Api, At(9)).Next();

        message.DueAt.ShouldBe(Morning);
        message.NextAttemptAt.ShouldBe(Morning);
        message.StatusReason.ShouldBe(StatusReason.Retry);
    }

    [Fact]
    public void Move_of_a_deferred_message_ends_the_deferral()
    {
        var deferred = Scheduled().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        var moved = deferred.Move(Morning + Duration.FromHours(1), null, TimelineSource.Api, Noon).Next();

        moved.DeferredFrom.ShouldBeNull();
        moved.StatusReason.ShouldBeNull();
    }

    [Fact]
    public void Edit_replaces_the_text_and_counts_its_segments_anew()
    {
        var message = Scheduled().Edit(new MessageText(new string('日', 71), BodySource.Caller), TimelineSource.Api, Noon).Next();

        message.Body.ShouldBe(new string('日', 71));
        message.Sms.Segments.ShouldBe(2);
        message.Sms.Encoding.ShouldBe(SmsEncoding.Ucs2);
    }

    [Fact]
    public void Edit_with_a_generated_text_adds_its_cost()
    {
        var first = Scheduled().Edit(new MessageText("One", BodySource.Llm, "m", 0.01m), TimelineSource.Api, Noon).Next();

        var second = first.Edit(new MessageText("Two", BodySource.Llm, "m", 0.02m), TimelineSource.Api, Noon).Next();

        second.GenerationCostUsd.ShouldBe(0.03m);
        second.LlmModel.ShouldBe("m");
        second.Edit(new MessageText("Three", BodySource.Template), TimelineSource.Api, Noon).Next().GenerationCostUsd.ShouldBe(0.03m);
    }

    [Fact]
    public void Edit_with_the_same_text_changes_nothing() =>
        Scheduled().Edit(New.Text, TimelineSource.Api, Noon).ShouldBeUnchanged();

    [Fact]
    public void Any_change_once_sending_or_later_is_refused()
    {
        foreach (var message in (Message[])[InFlight(), Sent(), Sent().ApplyReceipt(Receipt("delivered"), Retry).Next()])
        {
            message.Move(Morning, null, TimelineSource.Api, Noon).ShouldBeRefused(Refusal.NotScheduled);
            message.Edit(new MessageText("x", BodySource.Caller), TimelineSource.Api, Noon).ShouldBeRefused(Refusal.NotScheduled);
            message.FollowEvent(Event, Morning, null, Noon).ShouldBeRefused(Refusal.NotScheduled);
            message.Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).ShouldBeRefused(Refusal.NotScheduled);
            message.Pause(Morning, Noon).ShouldBeRefused(Refusal.NotScheduled);
            message.KeepDeferral(Anyone, TimelineSource.Api, Noon).ShouldBeUnchanged();
        }
    }

    [Fact]
    public void FollowEvent_takes_over_time_data_and_text()
    {
        var later = Event with { Start = Event.Start + Duration.FromHours(2), End = Event.End + Duration.FromHours(2) };

        var message = Reminder().FollowEvent(later, Noon + Duration.FromHours(2), new MessageText("New", BodySource.Template), Noon).Next();

        message.Event.ShouldBe(later);
        message.SendAt.ShouldBe(Noon + Duration.FromHours(2));
        message.Body.ShouldBe("New");
        message.Timeline.Count.ShouldBe(2);
        message.Timeline[^1].Source.ShouldBe(TimelineSource.Calendar);
    }

    [Fact]
    public void FollowEvent_with_only_a_new_title_leaves_the_send_time()
    {
        var message = Reminder().FollowEvent(Event with { Title = "Doctor" }, Morning, null, Noon).Next();

        message.SendAt.ShouldBe(Noon);
        message.Event!.Title.ShouldBe("Doctor");
    }

    [Fact]
    public void FollowEvent_without_any_difference_changes_nothing() =>
        Reminder().FollowEvent(Event with { }, Morning, new MessageText("Hello", BodySource.Template), Noon).ShouldBeUnchanged();

    [Fact]
    public void Defer_moves_the_send_time_and_remembers_where_from()
    {
        var message = Scheduled().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        message.SendAt.ShouldBe(Morning);
        message.NextAttemptAt.ShouldBeNull();
        message.DeferredFrom.ShouldBe(Noon);
        message.StatusReason.ShouldBe(StatusReason.QuietHours);
        message.Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).ShouldBeUnchanged();
    }

    [Fact]
    public void Defer_of_a_retry_moves_the_next_attempt_too()
    {
        var message = WaitingForRetry().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, At(9)).Next();

        message.SendAt.ShouldBe(Morning);
        message.NextAttemptAt.ShouldBe(Morning);
        message.LastError.ShouldBe("Twilio error code: 30003");
        message.DeferredFrom.ShouldBe(WaitingForRetry().DueAt);
        message.BeginAttempt(Phone, Morning).Next().DeferredFrom.ShouldBeNull();
    }

    [Fact]
    public void Callers_message_stays_what_it_is_when_its_event_changes()
    {
        var later = Event with { Start = Morning, End = Morning + Duration.FromHours(1) };
        var waiting = WaitingForRetry() with { Event = Event, SendAtLocal = new LocalDateTime(2026, 3, 2, 12, 0), FollowsUserZone = true };

        var stayed = waiting.StayWithEvent(later, At(30)).Next();

        stayed.ShouldBe(waiting with { Event = later, UpdatedAt = At(30), Timeline = stayed.Timeline });
        stayed.Timeline[^1].Source.ShouldBe(TimelineSource.Calendar);
        stayed.StayWithEvent(later, At(60)).ShouldBeUnchanged();
        InFlight().StayWithEvent(later, At(60)).ShouldBeRefused(Refusal.NotScheduled);
    }

    [Fact]
    public void Defer_twice_remembers_the_first_time() =>
        Scheduled().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next()
            .Defer(Morning + Duration.FromHours(1), StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next()
            .DeferredFrom.ShouldBe(Noon);

    [Fact]
    public void Deferral_without_quiet_hours_makes_the_message_due_at_once_when_its_time_has_passed()
    {
        var deferred = Scheduled().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        var released = deferred.KeepDeferral(Anyone, TimelineSource.Api, At(600)).Next();

        released.DueAt.ShouldBe(At(600));
        released.StatusReason.ShouldBeNull();
        released.DeferredFrom.ShouldBeNull();
    }

    [Fact]
    public void Deferral_without_quiet_hours_goes_back_to_the_original_time_when_that_is_ahead()
    {
        var deferred = Scheduled().Defer(Morning, StatusReason.QuietHours, TimelineSource.Workflow, Noon - Duration.FromHours(1)).Next();

        deferred.KeepDeferral(Anyone, TimelineSource.Api, Noon - Duration.FromMinutes(30)).Next().DueAt.ShouldBe(Noon);
    }

    [Fact]
    public void Deferral_is_kept_as_long_as_the_quiet_hours_call_for_it()
    {
        var end = Noon + Duration.FromHours(2);
        var deferred = Scheduled().Defer(end, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        deferred.KeepDeferral(Quiet(11, 14), TimelineSource.Api, At(600)).ShouldBeUnchanged();
        deferred.KeepDeferral(Quiet(11, 13), TimelineSource.Api, At(600)).Next().DueAt.ShouldBe(At(600));
        deferred.KeepDeferral(Quiet(11, 15), TimelineSource.Api, At(600)).Next().DueAt.ShouldBe(At(600));
        deferred.KeepDeferral(Quiet(13, 14), TimelineSource.Api, At(600)).Next().DueAt.ShouldBe(At(600));
    }

    [Fact]
    public void Deferral_that_is_over_is_left_alone_also_while_sending_is_paused()
    {
        var end = Noon + Duration.FromHours(2);
        var deferred = Scheduled().Defer(end, StatusReason.QuietHours, TimelineSource.Workflow, Noon).Next();

        deferred.KeepDeferral(Anyone, TimelineSource.Api, end).ShouldBeUnchanged();
        deferred.KeepDeferral(Anyone, TimelineSource.Api, end - Duration.Epsilon).ShouldBeOfType<Transition.Changed>();
        deferred.Pause(end + Duration.FromMinutes(1), end).Next().KeepDeferral(Anyone, TimelineSource.Api, end).ShouldBeUnchanged();
    }

    [Fact]
    public void Message_that_is_not_deferred_has_no_deferral_to_keep() => Scheduled().KeepDeferral(Anyone, TimelineSource.Api, Noon).ShouldBeUnchanged();

    [Fact]
    public void Pause_waits_without_moving_the_send_time()
    {
        var message = Scheduled().Pause(At(60), Noon).Next();

        message.DueAt.ShouldBe(At(60));
        message.SendAt.ShouldBe(Noon);
        message.Timeline.Count.ShouldBe(1);
        message.Pause(At(60), Noon).ShouldBeUnchanged();
    }

    [Theory]
    [InlineData(-61, true)]
    [InlineData(-60, false)]
    [InlineData(0, false)]
    public void IsPast_tolerates_a_minute(int seconds, bool past) =>
        MessageLimits.IsPast(At(seconds), Noon).ShouldBe(past);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void IsTooFarAhead_beyond_a_hundred_years(int seconds, bool tooFar) =>
        MessageLimits.IsTooFarAhead(At(seconds) + Duration.FromDays(36_525), Noon).ShouldBe(tooFar);
}
