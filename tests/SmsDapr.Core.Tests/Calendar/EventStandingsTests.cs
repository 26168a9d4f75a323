using NodaTime;
using SmsDapr.Core.Calendar;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Sending;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Calendar;

public sealed class EventStandingsTests
{
    private static readonly Duration Hour = Duration.FromHours(1);

    [Fact]
    public void Of_says_what_the_calendar_says()
    {
        var message = Track.Decide(null, Morning).Create(Morning);
        EventStanding Standing(CalendarEntry? entry, bool connected = true) => EventStandings.Of(message, entry, connected, Morning);

        Standing(Entry).ShouldBe(EventStanding.Stands);
        Standing(Entry.At(Afternoon + Hour)).ShouldBe(EventStanding.Stands);
        Standing(null).ShouldBe(EventStanding.Deleted);
        Standing(Entry with { Declined = true }).ShouldBe(EventStanding.Deleted);
        Standing(Entry with { IsAppointment = false }).ShouldBe(EventStanding.Deleted);
        Standing(AllDay).ShouldBe(EventStanding.AllDay);
        Standing(Entry.At(Morning)).ShouldBe(EventStanding.MovedToPast);
        Standing(Entry, connected: false).ShouldBe(EventStanding.CalendarDisconnected);
        EventStandings.Of(message, Entry, calendarConnected: true, Afternoon).ShouldBe(EventStanding.Stands, "that it began is another rule");
    }

    [Theory]
    [InlineData(StatusReason.EventDeleted, EventStanding.Deleted)]
    [InlineData(StatusReason.EventAllDay, EventStanding.AllDay)]
    [InlineData(StatusReason.EventRescheduledToPast, EventStanding.MovedToPast)]
    [InlineData(StatusReason.CalendarDisconnected, EventStanding.CalendarDisconnected)]
    [InlineData(StatusReason.EventStarted, EventStanding.Stands)]
    public void AtEndOf_is_what_the_message_ended_with(StatusReason reason, EventStanding standing)
    {
        var message = Track.Decide(null, Morning).Create(Morning);

        EventStandings.AtEndOf(message.Cancel(reason, TimelineSource.Calendar, Morning).ShouldBeOfType<Transition.Changed>().Next).ShouldBe(standing);
        EventStandings.AtEndOf(message).ShouldBe(EventStanding.Stands);
    }

    [Fact]
    public void Entry_with_dates_lasts_all_day() => (AllDay.IsAllDay, Entry.IsAllDay).ShouldBe((true, false));

    [Fact]
    public void Of_a_reminder_whose_event_has_a_newer_one_is_over()
    {
        var first = Track.Decide(null, Morning);
        var message = first.Create(Morning);
        var second = first.Track.Saw(Entry.At(Afternoon + Hour)).Decide(message.Delivered(), Morning);

        EventStandings.Of(message, first.Track, calendarConnected: true, Morning).ShouldBe(EventStanding.Stands);
        EventStandings.Of(message, second.Track, calendarConnected: true, Morning).ShouldBe(EventStanding.MovedToPast);
        EventStandings.Of(second.Create(Morning), second.Track, calendarConnected: true, Morning).ShouldBe(EventStanding.Stands);
    }

    [Fact]
    public void Of_a_reminder_whose_event_went_back_to_a_start_that_was_reminded_of_is_over()
    {
        var first = Track.Decide(null, Morning);
        var second = first.Track.Saw(Entry.At(Afternoon + Hour)).Decide(first.Create(Morning).Delivered(), Morning);
        var waiting = second.Create(Morning);
        var back = second.Track.Saw(Entry);

        back.Decide(waiting, Morning).ShouldCancel(waiting, StatusReason.EventRescheduledToPast);
        EventStandings.Of(waiting, back, calendarConnected: true, Morning).ShouldBe(EventStanding.MovedToPast);
        EventStandings.Of(waiting with { Id = "a-caller's" }, back, calendarConnected: true, Morning).ShouldBe(EventStanding.Stands);
    }

    [Fact]
    public void HasMovedAhead_only_when_the_event_is_ahead_at_another_time()
    {
        var message = Track.Decide(null, Morning).Create(Morning);

        EventStandings.HasMovedAhead(message, Entry.At(Afternoon + Hour), Morning).ShouldBeTrue();
        EventStandings.HasMovedAhead(message, Entry with { Title = "Doctor" }, Morning).ShouldBeFalse();
        EventStandings.HasMovedAhead(message, Entry.At(Morning), Morning).ShouldBeFalse();
        EventStandings.HasMovedAhead(message, AllDay, Morning).ShouldBeFalse();
        EventStandings.HasMovedAhead(message, null, Morning).ShouldBeFalse();
    }
}
