using NodaTime;
using SmsDapr.Service.Calendar.Sources.Feeds;

namespace SmsDapr.Service.Tests.Calendar.Sources;

public sealed class FeedTests
{
    private static readonly Instant From = Instant.FromUtc(2026, 3, 1, 0, 0);
    private static readonly Instant To = Instant.FromUtc(2026, 4, 30, 0, 0);

    [Fact]
    public void An_event_in_a_zone_by_its_IANA_name_is_placed_by_it()
    {
        var entry = Single("DTSTART;TZID=America/New_York:20260309T090000", "DTEND;TZID=America/New_York:20260309T093000", "SUMMARY:Call\\, weekly", "LOCATION:Room 1");

        (entry.Start, entry.End).ShouldBe((Instant.FromUtc(2026, 3, 9, 13, 0), Instant.FromUtc(2026, 3, 9, 13, 30)));
        (entry.Title, entry.Location, entry.SeriesId).ShouldBe(("Call, weekly", "Room 1", null));
    }

    [Theory]
    [InlineData("W. Europe Standard Time")]
    [InlineData("/freeassociation.sourceforge.net/Europe/Berlin")]
    [InlineData("/mozilla.org/20050126_1/Europe/Berlin")]
    public void Zones_by_the_names_of_other_programs_are_known(string name) =>
        Single($"DTSTART;TZID={name}:20260309T090000", "DURATION:PT1H").Start.ShouldBe(Instant.FromUtc(2026, 3, 9, 8, 0));

    [Theory]
    [InlineData("20260309T090000", 8)]
    [InlineData("20260409T090000", 7)]
    public void A_zone_that_only_the_feed_knows_is_taken_from_its_own_rules(string start, int hour)
    {
        var feed = Parse(
            """
            BEGIN:VTIMEZONE
            TZID:Customized Time Zone
            BEGIN:STANDARD
            DTSTART:16010101T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
            END:STANDARD
            BEGIN:DAYLIGHT
            DTSTART:16010101T020000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
            END:DAYLIGHT
            END:VTIMEZONE
            """,
            Event("a", $"DTSTART;TZID=Customized Time Zone:{start}"));

        feed.Entries(From, To).Entries.ShouldHaveSingleItem().Start!.Value.InUtc().Hour.ShouldBe(hour);
    }

    [Fact]
    public void A_zone_that_nobody_knows_and_a_floating_time_are_the_calendar_s()
    {
        var feed = Parse(
            "X-WR-TIMEZONE:Asia/Tokyo",
            Event("a", "DTSTART;TZID=Nowhere:20260309T090000"),
            Event("b", "DTSTART:20260309T090000"));

        feed.TimeZone.ShouldBe("Asia/Tokyo");
        feed.Entries(From, To).Entries.Select(entry => entry.Start).ShouldBe([Instant.FromUtc(2026, 3, 9, 0, 0), Instant.FromUtc(2026, 3, 9, 0, 0)]);
    }

    [Fact]
    public void Days_are_dates_in_no_zone()
    {
        var entry = Single("DTSTART;VALUE=DATE:20260309", "DTEND;VALUE=DATE:20260311");

        (entry.StartDate, entry.EndDate, entry.Start).ShouldBe((new LocalDate(2026, 3, 9), new LocalDate(2026, 3, 11), null));
        Single("DTSTART;VALUE=DATE:20260309").EndDate.ShouldBe(new LocalDate(2026, 3, 10));
    }

    [Fact]
    public void A_series_keeps_its_wall_clock_across_the_change_to_summer_time()
    {
        var starts = Entries("DTSTART;TZID=Europe/Berlin:20260328T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3").Select(entry => entry.Start);

        starts.ShouldBe([Instant.FromUtc(2026, 3, 28, 9, 0), Instant.FromUtc(2026, 3, 29, 8, 0), Instant.FromUtc(2026, 3, 30, 8, 0)]);
    }

    [Fact]
    public void A_series_ends_with_an_UNTIL_in_UTC_inclusive() =>
        Entries("DTSTART;TZID=America/New_York:20260306T200000", "RRULE:FREQ=DAILY;UNTIL=20260309T000000Z").Select(entry => entry.Start)
            .ShouldBe([Instant.FromUtc(2026, 3, 7, 1, 0), Instant.FromUtc(2026, 3, 8, 1, 0), Instant.FromUtc(2026, 3, 9, 0, 0)]);

    [Fact]
    public void Exceptions_of_a_series_move_cancel_and_leave_out_occurrences()
    {
        var feed = Parse(
            Event("s", "DTSTART;TZID=Europe/Berlin:20260302T100000", "DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Berlin:20260303T100000", "SUMMARY:Standup"),
            Event("s", "RECURRENCE-ID;TZID=Europe/Berlin:20260304T100000", "DTSTART;TZID=Europe/Berlin:20260304T150000", "DURATION:PT30M", "SUMMARY:Late standup"),
            Event("s", "RECURRENCE-ID:20260305T090000Z", "DTSTART;TZID=Europe/Berlin:20260305T100000", "STATUS:CANCELLED"));

        var entries = feed.Entries(From, To).Entries.OrderBy(entry => entry.Start).ToList();

        entries.Select(entry => (entry.Title, entry.Start)).ShouldBe(
        [
            ("Standup", Instant.FromUtc(2026, 3, 2, 9, 0)),
            ("Late standup", Instant.FromUtc(2026, 3, 4, 14, 0)),
            ("Standup", Instant.FromUtc(2026, 3, 6, 9, 0)),
        ]);
        var id = FeedEntries.IdOf("s");
        entries.Select(entry => entry.Id).ShouldBe([$"{id}_20260302t090000z", $"{id}_20260304t090000z", $"{id}_20260306t090000z"]);
        entries.ShouldAllBe(entry => entry.SeriesId == id);
        foreach (var entry in entries)
            feed.Find(entry.Id).ShouldBe(entry);
        feed.Find($"{id}_20260303t090000z").ShouldBeNull();
        feed.Find($"{id}_20260305t090000z").ShouldBeNull();
        feed.Find($"{id}_20260310t090000z").ShouldBeNull();
        feed.Find("unknown").ShouldBeNull();
    }

    [Fact]
    public void Dates_of_a_series_may_stand_alone()
    {
        Entries("DTSTART:20260302T100000Z", "RDATE:20260310T120000Z,20260312T120000Z").Select(entry => entry.Start)
            .ShouldBe([Instant.FromUtc(2026, 3, 2, 10, 0), Instant.FromUtc(2026, 3, 10, 12, 0), Instant.FromUtc(2026, 3, 12, 12, 0)]);
    }

    [Fact]
    public void Of_two_versions_of_an_event_the_later_counts()
    {
        var feed = Parse(Event("a", "DTSTART:20260302T100000Z", "SEQUENCE:2", "SUMMARY:New"), Event("a", "DTSTART:20260302T090000Z", "SEQUENCE:1", "SUMMARY:Old"));

        feed.Entries(From, To).Entries.ShouldHaveSingleItem().Title.ShouldBe("New");
    }

    [Fact]
    public void Cancelled_events_and_those_outside_the_window_are_left_out()
    {
        var feed = Parse(
            Event("a", "DTSTART:20260302T100000Z", "STATUS:CANCELLED"),
            Event("b", "DTSTART:20260530T100000Z"),
            Event("c", "DTSTART:20260228T230000Z", "DURATION:PT2H"),
            Event("d", "DTSTART:20200101T100000Z", "RRULE:FREQ=YEARLY;COUNT=3"));

        feed.Entries(From, To).Entries.Select(entry => entry.Id).ShouldBe([FeedEntries.IdOf("c")]);
    }

    [Fact]
    public void The_way_to_join_is_found_where_calendars_keep_it_and_only_over_https()
    {
        Single("DTSTART:20260302T100000Z", "X-GOOGLE-CONFERENCE:https://meet.google.com/abc").JoinLink.ShouldBe("https://meet.google.com/abc");
        Single("DTSTART:20260302T100000Z", "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://video.example.com/1").JoinLink.ShouldBe("https://video.example.com/1");
        Single("DTSTART:20260302T100000Z", "CONFERENCE;VALUE=URI:http://video.example.com/1").JoinLink.ShouldBeNull();
        Single("DTSTART:20260302T100000Z", "CONFERENCE;VALUE=URI:tel:+1-202-555-0100").JoinLink.ShouldBeNull();
    }

    [Fact]
    public void The_owner_s_refusal_is_seen_when_the_calendar_is_called_like_its_owner()
    {
        var feed = Parse(
            "X-WR-CALNAME:anna@example.com",
            Event("a", "DTSTART:20260302T100000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@example.com", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.com"),
            Event("b", "DTSTART:20260302T110000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com"));

        feed.Entries(From, To).Entries.Select(entry => entry.Declined).ShouldBe([true, false]);
    }

    [Fact]
    public void One_event_that_cannot_be_understood_does_not_cost_the_others()
    {
        var feed = Parse(
            Event("a", "DTSTART:20260302T100000Z", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
            Event("b", "DTSTART:20260302T110000Z"),
            Event("c", "SUMMARY:No time at all"));

        var (entries, unreadable) = feed.Entries(From, To);

        entries.ShouldContain(entry => entry.Id == FeedEntries.IdOf("b"));
        unreadable.ShouldBe(1);
    }

    [Theory]
    [InlineData("RRULE:FREQ=SECONDLY")]
    [InlineData("RRULE:FREQ=MINUTELY;COUNT=4000000")]
    [InlineData("RRULE:FREQ=HOURLY")]
    [InlineData("RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0,1,2,3,4,5,6,7,8,9;BYSECOND=0,1,2,3,4,5,6,7,8,9")]
    public void A_rule_without_measure_is_bounded(string rule) =>
        Entries("DTSTART:19700101T000000Z", rule).Count.ShouldBeLessThanOrEqualTo(FeedRecurrence.MostOccurrences + 1);

    [Fact]
    public void A_version_changes_with_what_is_read_and_with_nothing_else()
    {
        var before = Single("DTSTART:20260302T100000Z", "SUMMARY:A", "SEQUENCE:1", "DTSTAMP:20260101T000000Z");

        Single("DTSTART:20260302T100000Z", "SUMMARY:A", "SEQUENCE:2", "DTSTAMP:20260102T000000Z").Version.ShouldBe(before.Version);
        Single("DTSTART:20260302T100000Z", "SUMMARY:B", "SEQUENCE:1").Version.ShouldNotBe(before.Version);
        Single("DTSTART:20260302T110000Z", "SUMMARY:A", "SEQUENCE:1").Version.ShouldNotBe(before.Version);
    }

    internal static Feed Parse(params string[] parts)
    {
        var text = $"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n{string.Join('\n', parts)}\nEND:VCALENDAR\n".ReplaceLineEndings("\r\n");
        return Feed.Parse("https://example.com/calendar.ics", text, From);
    }

    internal static string Event(string uid, params string[] lines) => $"BEGIN:VEVENT\nUID:{uid}\n{string.Join('\n', lines)}\nEND:VEVENT";

    private static IReadOnlyList<SmsDapr.Core.Calendar.CalendarEntry> Entries(params string[] lines)
    {
        var (entries, unreadable) = Parse(Event("a", lines)).Entries(From, To);
        unreadable.ShouldBe(0);
        return entries;
    }

    private static SmsDapr.Core.Calendar.CalendarEntry Single(params string[] lines) => Entries(lines).ShouldHaveSingleItem();
}
