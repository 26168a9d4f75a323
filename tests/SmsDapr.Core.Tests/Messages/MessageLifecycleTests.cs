using NodaTime;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;
using static SmsDapr.Core.Tests.Messages.Sample;

namespace SmsDapr.Core.Tests.Messages;

public sealed class MessageLifecycleTests
{
    [Fact]
    public void Create_links_both_records_and_begins_scheduled()
    {
        var message = Scheduled();

        message.Status.ShouldBe(MessageStatus.Scheduled);
        message.Sms.Status.ShouldBe(SmsStatus.Scheduled);
        message.SmsMessageId.ShouldBe(message.Sms.Id);
        message.Sms.ScheduledSmsId.ShouldBe(message.Id);
        message.Sms.Segments.ShouldBe(1);
        message.Sms.Encoding.ShouldBe(SmsEncoding.Gsm7);
        message.Accepted.ShouldBeFalse();
        message.Timeline.ShouldHaveSingleItem().ShouldBe(new TimelineEntry
        {
            Sequence = 1,
            At = message.CreatedAt,
            Status = MessageStatus.Scheduled,
            Source = TimelineSource.Api,
        });
    }

    [Fact]
    public void ToString_of_any_record_tells_neither_number_nor_text()
    {
        object[] records = [New, New.Text, Event, InFlight(), InFlight().Sms, Scheduled().BeginAttempt(Phone, Noon), Receipt("sent")];

        foreach (var record in records)
        {
            record.ToString()!.ShouldNotContain("Hello");
            record.ToString()!.ShouldNotContain("Dentist");
            record.ToString()!.ShouldNotContain(Phone[2..]);
        }
    }

    [Fact]
    public void ToString_of_a_record_tells_which_it_is()
    {
        New.ToString().ShouldBe("new message message-1");
        New.Text.ToString().ShouldBe("Caller text of 5 units");
        Event.ToString().ShouldBe("event event-1");
        Scheduled().ToString().ShouldBe("message message-1: Scheduled");
        Scheduled().Sms.ToString().ShouldBe("sms sms-message-1: Scheduled");
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("Hello", 0)]
    public void Create_without_text_or_attempts_is_a_programming_error(string body, int maxAttempts) =>
        Should.Throw<ArgumentException>(() => MessageLifecycle.Create(
            New with { Text = new MessageText(body, BodySource.Caller), MaxAttempts = maxAttempts }, Noon));

    [Fact]
    public void Accept_twice_changes_once()
    {
        var accepted = Scheduled().Accept(Noon).Next();

        accepted.Accepted.ShouldBeTrue();
        accepted.Timeline.Count.ShouldBe(1);
        accepted.Accept(Noon).ShouldBeUnchanged();
    }

    [Fact]
    public void Reconsider_makes_a_new_version_of_what_waits_and_of_nothing_else()
    {
        var waiting = Scheduled();
        var again = waiting.Reconsider(Noon).Next();

        again.ShouldBe(waiting with { UpdatedAt = Noon });
        again.Reconsider(Noon - Duration.FromHours(1)).Next().UpdatedAt.ShouldBe(Noon);
        InFlight().Reconsider(Noon).ShouldBeUnchanged();
        Sent().Reconsider(Noon).ShouldBeUnchanged();
        Scheduled().Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next().Reconsider(Noon).ShouldBeUnchanged();
    }

    [Fact]
    public void WithPublished_never_goes_back()
    {
        var message = Sent().WithPublished(2).Next();

        message.WithPublished(1).ShouldBeUnchanged();
        message.Unpublished.Select(entry => entry.Sequence).ShouldBe([3]);
    }

    [Fact]
    public void WithSlot_keeps_the_date_until_it_is_given_back()
    {
        var message = Scheduled().WithSlot(new LocalDate(2026, 3, 2)).Next();

        message.WithSlot(new LocalDate(2026, 3, 2)).ShouldBeUnchanged();
        message.WithSlot(null).Next().SlotDate.ShouldBeNull();
    }

    [Fact]
    public void OwesSlot_only_when_it_ended_without_ever_being_accepted()
    {
        var date = new LocalDate(2026, 3, 2);

        (Scheduled() with { SlotDate = date }).OwesSlot.ShouldBeFalse();
        (Scheduled() with { SlotDate = date }).Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next().OwesSlot.ShouldBeTrue();
        (WaitingForRetry() with { SlotDate = date }).Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next().OwesSlot.ShouldBeFalse();
        Scheduled().Cancel(StatusReason.UserCancelled, TimelineSource.Api, Noon).Next().OwesSlot.ShouldBeFalse();
    }

    [Fact]
    public void MarkUnconfirmed_stays_sent_until_a_receipt_takes_it_back()
    {
        var unconfirmed = Sent().MarkUnconfirmed(TimelineSource.Workflow, At(86_400)).Next();

        unconfirmed.Status.ShouldBe(MessageStatus.Sent);
        unconfirmed.DeliveryUnconfirmed.ShouldBeTrue();
        unconfirmed.Timeline[^1].Attempt.ShouldBe(1);
        unconfirmed.MarkUnconfirmed(TimelineSource.Workflow, At(86_401)).ShouldBeUnchanged();
        unconfirmed.ApplyReceipt(Receipt("delivered", seconds: 90_000), Retry).Next().DeliveryUnconfirmed.ShouldBeFalse();
        unconfirmed.ApplyReceipt(Receipt("failed", code: 21610, seconds: 90_000), Retry).Next().DeliveryUnconfirmed.ShouldBeFalse();
    }

    [Fact]
    public void MarkUnconfirmed_before_it_was_sent_is_refused() =>
        InFlight().MarkUnconfirmed(TimelineSource.Workflow, Noon).ShouldBeRefused(Refusal.NotSent);

    [Fact]
    public void Transition_by_a_clock_that_lags_keeps_time_from_going_back()
    {
        var message = Sent().Next(at: At(-600));

        message.UpdatedAt.ShouldBe(At(1));
        message.Timeline[^1].At.ShouldBe(At(1));
    }

    [Fact]
    public void Timeline_at_its_bound_drops_the_oldest_published_entry_but_never_the_first()
    {
        var message = Scheduled();
        for (var edit = 0; edit < MessageLimits.MaxTimelineEntries + 10; edit++)
        {
            message = message.Move(Noon + Duration.FromMinutes(edit + 1), null, TimelineSource.Api, Noon).Next();
            message = message.WithPublished(message.Timeline[^1].Sequence).Next();
        }

        message.Timeline.Count.ShouldBe(MessageLimits.MaxTimelineEntries);
        message.Timeline[0].Sequence.ShouldBe(1);
        message.Timeline[^1].Sequence.ShouldBe(MessageLimits.MaxTimelineEntries + 11);
        message.Timeline.Select(entry => entry.Sequence).ShouldBeInOrder();
    }

    [Fact]
    public void Timeline_at_its_bound_drops_an_entry_that_was_published_last()
    {
        var message = Scheduled();
        while (message.Timeline.Count < MessageLimits.MaxTimelineEntries)
            message = message.Move(message.SendAt + Duration.FromMinutes(1), null, TimelineSource.Api, Noon).Next();
        message = message.WithPublished(2).Next();

        message.Move(Noon, null, TimelineSource.Api, Noon).Next().Timeline.Select(entry => entry.Sequence).Take(2).ShouldBe([1, 3]);
        message.WithPublished(2).ShouldBeUnchanged();
        message.WithPublished(1).ShouldBeUnchanged();
    }

    [Fact]
    public void Timeline_at_its_bound_keeps_what_is_not_published()
    {
        var message = Scheduled();
        for (var edit = 0; edit < MessageLimits.MaxTimelineEntries; edit++)
            message = message.Move(Noon + Duration.FromMinutes(edit + 1), null, TimelineSource.Api, Noon).Next();

        message.Unpublished.Count().ShouldBe(MessageLimits.MaxTimelineEntries + 1);
    }

    [Fact]
    public void Discarded_keeps_neither_number_nor_text_nor_request()
    {
        var message = Scheduled() with { RequestFingerprint = "f" };
        var left = (message with { Sms = message.Sms with { To = Phone } }).Discarded();

        left.Id.ShouldBe(message.Id);
        left.Body.ShouldBeEmpty();
        left.Sms.To.ShouldBeNull();
        left.RequestFingerprint.ShouldBeNull();
    }

    [Fact]
    public void Accept_of_what_was_discarded_is_refused() => Scheduled().Discarded().Accept(Noon).ShouldBeRefused(Refusal.NotScheduled);

    [Fact]
    public void Discarded_of_an_accepted_message_throws() =>
        Should.Throw<InvalidOperationException>(() => Scheduled().Accept(Noon).Next().Discarded()).Message.ShouldBe("An accepted message is never discarded.");

    [Fact]
    public void Touch_moves_the_time_of_a_message_that_is_not_taken_on_yet()
    {
        Scheduled().Touch(Noon).Next().UpdatedAt.ShouldBe(Noon);
        Scheduled().Accept(Noon).Next().Touch(At(1)).ShouldBeUnchanged();
    }
}

file static class LaggingClock
{
    public static Message Next(this Message sent, Instant at) => sent.ApplyReceipt(Receipt("delivered") with { At = at }, Retry).Next();
}
