using System.Text.Json;
using NodaTime;
using SmsDapr.Core.Planning;
using static SmsDapr.Core.Tests.Planning.Plans;

namespace SmsDapr.Core.Tests.Planning;

public sealed class ReminderTrackTests
{
    [Fact]
    public void Saw_the_same_event_changes_nothing()
    {
        var track = Track;

        track.Saw(Entry with { Version = Entry.Version }).ShouldBeSameAs(track);
        Track.Saw(null).Saw(null).Entry.ShouldBeNull();
    }

    [Fact]
    public void Saw_an_endless_event_keeps_a_small_record()
    {
        var endless = Entry with
        {
            Title = new string('t', 499) + "😀" + new string('t', 100_000),
            Location = new string('l', 100_000),
            Description = new string('d', 100_000),
            JoinLink = "https://example.org/" + new string('j', 100_000),
            Page = "https://example.org/" + new string('p', 100_000),
        };

        var track = Track.Saw(endless);

        track.Entry!.Title.ShouldBe(new string('t', 499));
        track.Entry.Location.ShouldBe(new string('l', 500));
        track.Entry.JoinLink.ShouldBeNull();
        track.Entry.Page.ShouldBeNull();
        JsonSerializer.Serialize(track, CoreJson.Options).Length.ShouldBeLessThan(8 * 1024);
        track.Saw(endless).ShouldBeSameAs(track);
    }

    [Fact]
    public void Saw_keeps_what_is_not_too_long_as_it_is()
    {
        var longest = Entry with
        {
            Title = new string('t', 500),
            Location = new string('l', 498) + "😀",
            Description = new string('d', 2000),
            JoinLink = new string('j', 1000),
            Page = new string('p', 1000),
        };

        Track.Saw(longest).Entry.ShouldBe(longest);
        var longer = Track.Saw(longest with { Title = longest.Title + 't', Description = longest.Description + 'd', JoinLink = longest.JoinLink + 'j', Page = longest.Page + 'p' });
        longer.Entry.ShouldBe(longest with { JoinLink = null, Page = null });
    }

    [Fact]
    public void Record_survives_storing()
    {
        var track = Track with { Generation = 3, SettledStarts = [Afternoon] };

        var read = JsonSerializer.Deserialize<ReminderTrack>(JsonSerializer.Serialize(track, CoreJson.Options), CoreJson.Options)!;

        read.Entry.ShouldBe(track.Entry);
        read.MessageId.ShouldBe(track.MessageId);
        read.SettledStarts.ShouldBe(track.SettledStarts);
        read.Saw(Entry).ShouldBeSameAs(read);
    }

    [Fact]
    public void IsSuperseded_only_by_a_later_generation()
    {
        var third = Track with { Generation = 3 };

        third.IsSuperseded((Track with { Generation = 1 }).MessageId!).ShouldBeTrue();
        third.IsSuperseded((Track with { Generation = 2 }).MessageId!).ShouldBeTrue();
        third.IsSuperseded(third.MessageId!).ShouldBeFalse();
        third.IsSuperseded((Track with { Generation = 4 }).MessageId!).ShouldBeFalse();
        Track.IsSuperseded(third.MessageId!).ShouldBeFalse();
    }

    [Fact]
    public void ToString_says_nothing_of_the_event() => $"{Track} {Track.Entry} {Track.Decide(null, Morning)}".ShouldNotContain("Dentist");

    [Fact]
    public void Concerns_events_of_the_window_only()
    {
        var context = Context(Morning);
        var midnight = Instant.FromUtc(2026, 3, 3, 0, 0);

        PlanningDays.Concerns(Entry, context).ShouldBeTrue();
        PlanningDays.Concerns(Entry.At(midnight), context).ShouldBeTrue();
        PlanningDays.Concerns(Entry.At(midnight + Duration.FromMinutes(15)), context).ShouldBeFalse();
        PlanningDays.Concerns(AllDay, context).ShouldBeTrue();
        PlanningDays.Concerns(AllDay with { StartDate = new LocalDate(2026, 3, 3), EndDate = new LocalDate(2026, 3, 4) }, context).ShouldBeFalse();
        PlanningDays.Concerns(AllDay with { StartDate = new LocalDate(2026, 3, 1), EndDate = new LocalDate(2026, 3, 2) }, context).ShouldBeFalse();
    }
}
