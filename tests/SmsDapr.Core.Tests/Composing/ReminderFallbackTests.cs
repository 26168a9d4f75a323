using SmsDapr.Core.Composing;
using SmsDapr.Core.Text;
using static SmsDapr.Core.Tests.Composing.Facts;

namespace SmsDapr.Core.Tests.Composing;

/// <summary>What goes first when not everything fits.</summary>
public sealed class ReminderFallbackTests
{
    private const string Link = "https://meet.google.com/abc-defg-hij";

    [Fact]
    public void Duration_goes_before_the_first_part_of_the_place() =>
        ShouldStepDown(
            fill => Of("Standup" + fill, "Conference room 5, Building C, Main Street", Link),
            title =>
            [
                $"{title} starts in 15 mins, at 2:30 PM, for 30 mins. Conference room 5, Building C, Main Street. {Link}",
                $"{title} starts in 15 mins, at 2:30 PM. Conference room 5, Building C, Main Street. {Link}",
                $"{title} starts in 15 mins, at 2:30 PM, for 30 mins. Conference room 5. {Link}",
                $"{title} starts in 15 mins, at 2:30 PM. Conference room 5. {Link}",
                $"{title} starts in 15 mins, at 2:30 PM, for 30 mins. {Link}",
                $"{title} starts in 15 mins, at 2:30 PM. {Link}",
                $"{title} in 15 mins, 2:30 PM {Link}",
            ],
            after: body => body.ShouldEndWith($"... starts in 15 mins, at 2:30 PM. {Link}"));

    [Fact]
    public void Without_a_link_the_place_goes_then_the_duration_then_the_words_then_the_titles_tail() =>
        ShouldStepDown(
            fill => Of("Standup" + fill, "Conference room 5, Building C, Main Street"),
            title =>
            [
                $"{title} starts in 15 mins, at 2:30 PM, for 30 mins. Conference room 5, Building C, Main Street.",
                $"{title} starts in 15 mins, at 2:30 PM. Conference room 5, Building C, Main Street.",
                $"{title} starts in 15 mins, at 2:30 PM, for 30 mins. Conference room 5.",
                $"{title} starts in 15 mins, at 2:30 PM. Conference room 5.",
                $"{title} starts in 15 mins, at 2:30 PM, for 30 mins.",
                $"{title} starts in 15 mins, at 2:30 PM.",
                $"{title} in 15 mins, 2:30 PM",
            ],
            after: body => body.ShouldEndWith("... starts in 15 mins, at 2:30 PM."));

    [Theory]
    [InlineData(101, true)]
    [InlineData(102, false)]
    public void Title_is_cut_for_the_link_down_to_24_characters_and_no_further(int length, bool kept)
    {
        var link = "https://example.org/" + new string('a', length - 20);

        var body = Body(Of(new string('x', 100), link: link));

        body.ShouldBe(kept ? $"{new string('x', 24)}... starts in 15 mins, at 2:30 PM. {link}" : $"{new string('x', 100)} starts in 15 mins, at 2:30 PM, for 30 mins.");
    }

    [Fact]
    public void Event_without_an_end_says_no_duration() => Body(Of("Dentist", length: 0)).ShouldBe("Dentist starts in 15 mins, at 2:30 PM.");

    [Fact]
    public void Text_sent_after_the_start_says_now() => Body(Of("Dentist", minutes: -3)).ShouldBe("Dentist starts now, at 2:30 PM, for 30 mins.");

    [Theory]
    [InlineData("12 Main St.", "for 30 mins. 12 Main St.")]
    [InlineData(", Boston", "for 30 mins. , Boston.")]
    [InlineData("http://example.org/a,b", "for 30 mins. http://example.org/a,b.")]
    public void Place_is_told_as_it_is(string place, string end) => Body(Of("Dentist", place)).ShouldEndWith(end);

    [Fact]
    public void Address_as_a_place_is_never_cut_at_a_comma() =>
        Body(Of("Dentist", "http://example.org/a," + new string('b', 130))).ShouldBe("Dentist starts in 15 mins, at 2:30 PM, for 30 mins.");

    [Fact]
    public void Place_of_one_sign_before_a_comma_is_shortened_to_it() =>
        Body(Of("Dentist", "5, " + new string('b', 130))).ShouldBe("Dentist starts in 15 mins, at 2:30 PM, for 30 mins. 5.");

    [Fact]
    public void Place_that_is_the_link_is_told_once() => Body(Of("Standup", Link, Link)).ShouldBe($"Standup starts in 15 mins, at 2:30 PM, for 30 mins. {Link}");

    [Theory]
    [InlineData("HTTPS://example.org/", true)]
    [InlineData("https://example.org/!~", true)]
    [InlineData("https://example.org/\u007f", false)]
    [InlineData("https://", false)]
    [InlineData("see https://example.org/", false)]
    [InlineData("", false)]
    public void Link_is_an_https_address_in_ascii(string link, bool told) =>
        Body(Of("Standup", link: link)).ShouldBe("Standup starts in 15 mins, at 2:30 PM, for 30 mins." + (told ? ' ' + link : ""));

    [Theory]
    [InlineData(" ")]
    [InlineData(", ")]
    [InlineData("; ")]
    [InlineData(": ")]
    [InlineData(". ")]
    [InlineData(" - ")]
    [InlineData(" (")]
    public void Title_is_cut_before_a_word_without_what_joins_it(string joint)
    {
        var first = new string('x', 100);

        Body(Of(first + joint + new string('y', 60))).ShouldBe($"{first}... starts in 15 mins, at 2:30 PM.");
    }

    // 126 characters of a title leave room for the rest.
    [Theory]
    [InlineData(80, 45)]
    [InlineData(83, 42)]
    public void Title_is_cut_within_a_word_that_would_take_more_than_a_third(int first, int kept) =>
        Body(Of(new string('x', first) + ' ' + new string('y', 80))).ShouldBe($"{new string('x', first)} {new string('y', kept)}... starts in 15 mins, at 2:30 PM.");

    [Fact]
    public void Title_is_cut_before_a_word_that_would_take_a_third() =>
        Body(Of(new string('x', 84) + ' ' + new string('y', 80))).ShouldBe($"{new string('x', 84)}... starts in 15 mins, at 2:30 PM.");

    [Fact]
    public void Title_whose_last_word_just_fits_keeps_it() =>
        Body(Of($"{new string('x', 100)} {new string('y', 25)} {new string('z', 60)}")).ShouldBe($"{new string('x', 100)} {new string('y', 25)}... starts in 15 mins, at 2:30 PM.");

    [Fact]
    public void Title_of_which_only_the_first_sign_fits_is_cut_to_it()
    {
        var first = "e" + new string('\u0301', 10);

        Body(Of(first + "a" + new string('\u0301', 100))).ShouldBe($"{first}… starts in 15 mins, at 2:30 PM.");
    }

    [Fact]
    public void Title_whose_first_sign_fills_a_segment_is_left_out() =>
        Body(Of("e" + new string('\u0301', 100))).ShouldBe("Upcoming event starts in 15 mins, at 2:30 PM.");

    [Theory]
    [InlineData("a\u200Cb", "a\u200Cb")]
    [InlineData("a\uE000b", "ab")]
    [InlineData("a\uFFFDb", "ab")]
    [InlineData("a\u0378b", "ab")]
    [InlineData("a\u2028\u2029b", "a b")]
    [InlineData(" a \t\u00A0 b ", "a b")]
    [InlineData("\u0301\u20DD\u0903\u200C", "Upcoming event")]
    [InlineData("e\u0301", "e\u0301")]
    public void Title_keeps_what_can_be_seen(string title, string line) => ReminderTemplate.TitleOf(Of(title)).ShouldBe(line);

    [Fact]
    public void Facts_say_nothing_of_the_event_where_they_are_logged() => $"{Of("Dentist", "Room 5", Link)}".ShouldBe("reminder facts");

    /// <summary>Ever longer titles lead through the texts in their order, each as long as it fits one segment.</summary>
    private static void ShouldStepDown(Func<string, ReminderFacts> facts, Func<string, string[]> texts, Action<string> after)
    {
        var step = 0;
        for (var length = 0; length <= 160; length++)
        {
            var its = facts(new string('x', length));
            var body = Body(its);
            var wanted = texts(its.Title!);
            while (step < wanted.Length && wanted[step].Length > 160)
                step++;
            if (step == wanted.Length)
            {
                after(body);
                return;
            }

            body.ShouldBe(wanted[step]);
        }

        Assert.Fail("Every title fitted.");
    }

    private static string Body(ReminderFacts facts)
    {
        var body = ReminderTemplate.Compose(facts).Body;
        Segments.Count(body).Segments.ShouldBe(1);
        return body;
    }
}
