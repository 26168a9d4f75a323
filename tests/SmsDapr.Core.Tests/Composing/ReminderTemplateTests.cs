using NodaTime;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;
using static SmsDapr.Core.Tests.Composing.Facts;

namespace SmsDapr.Core.Tests.Composing;

public sealed class ReminderTemplateTests
{
    private const string Link = "https://meet.google.com/abc-defg-hij";

    [Fact]
    public void Compose_says_title_time_until_local_time_duration_and_place() =>
        Body(Of("Dentist", "12 Main St, Boston")).ShouldBe("Dentist starts in 15 mins, at 2:30 PM, for 30 mins. 12 Main St, Boston.");

    [Theory]
    [InlineData("en", "Dentist starts in 15 mins, at 2:30 PM, for 1 hour.")]
    [InlineData("de", "Dentist beginnt in 15 Min., um 14:30 Uhr, Dauer 1 Std.")]
    [InlineData("es", "Dentist empieza en 15 min (2:30 p.m.), dura 1 hora.")]
    [InlineData("fr", "Dentist commence dans 15 min, à 14:30, durée 1 heure.")]
    [InlineData("pt-BR", "Dentist starts in 15 mins, at 14:30, for 1 hour.")]
    [InlineData("DE_at", "Dentist beginnt in 15 Min., um 14:30 Uhr, Dauer 1 Std.")]
    public void Compose_speaks_the_users_language(string language, string body) => Body(Of("Dentist", language: language, length: 60)).ShouldBe(body);

    [Theory]
    [InlineData("en", "upcoming event")]
    [InlineData("de", "anstehender termin")]
    [InlineData("es", "evento programado")]
    [InlineData("fr", "événement à venir")]
    public void Compose_without_title_says_upcoming_event(string language, string words)
    {
        foreach (var title in new[] { null, "", " \t ", "\u200F\u200D" })
            Body(Of(title, language: language)).ToLowerInvariant().ShouldStartWith(words);
    }

    [Theory]
    [InlineData(0, "starts now")]
    [InlineData(1, "in 1 min,")]
    [InlineData(2, "in 2 mins,")]
    [InlineData(59, "in 59 mins,")]
    [InlineData(60, "in 1 hour,")]
    [InlineData(61, "in 1 hour 1 min,")]
    [InlineData(125, "in 2 hours 5 mins,")]
    [InlineData(1440, "in 24 hours,")]
    public void Compose_counts_in_singular_and_plural(int minutes, string words) => Body(Of("Dentist", minutes: minutes)).ShouldContain(words);

    [Theory]
    [InlineData(14 * 60 + 29, "in 14 mins")]
    [InlineData(14 * 60 + 30, "in 15 mins")]
    [InlineData(29, "starts now")]
    public void Compose_rounds_to_the_nearest_minute(int seconds, string words) =>
        Body(Of("Dentist") with { SendAt = Start - Duration.FromSeconds(seconds) }).ShouldContain(words);

    [Theory]
    [InlineData("en", "UTC", "6:30 PM")]
    [InlineData("en", "America/New_York", "2:30 PM")]
    [InlineData("en", "Europe/London", "18:30")]
    [InlineData("en-US", "Europe/London", "6:30 PM")]
    [InlineData("en-GB", "America/New_York", "14:30")]
    [InlineData("en", "Asia/Kolkata", "12:00 AM")]
    [InlineData("en-Latn-AU", "Australia/Sydney", "5:30 AM")]
    [InlineData("es-MX", "America/Mexico_City", "12:30 p.m.")]
    [InlineData("es", "Europe/Madrid", "19:30")]
    [InlineData("fr-CA", "America/Toronto", "14:30")]
    public void Compose_tells_the_time_as_people_there_do(string language, string zone, string time) =>
        Body(Of("Dentist", language: language, zone: zone)).ShouldContain(time);

    [Theory]
    [InlineData("Project deadline", "Project deadline is due in 15 mins")]
    [InlineData("Rent DUE", "Rent DUE is due in 15 mins")]
    [InlineData("Submit report", "Submit report is due in 15 mins")]
    [InlineData("Cut-off: orders", "Cut-off: orders is due in 15 mins")]
    [InlineData("Deadlines talk", "Deadlines talk starts in 15 mins")]
    [InlineData("Residue analysis", "Residue analysis starts in 15 mins")]
    [InlineData("Resubmit?", "Resubmit? starts in 15 mins")]
    public void Compose_calls_deadlines_due_by_whole_words(string title, string words) => Body(Of(title)).ShouldStartWith(words);

    [Theory]
    [InlineData("de", "Abgabe Bericht", "ist in 15 Min. fällig")]
    [InlineData("de", "Abgaben-Seminar", "beginnt")]
    [InlineData("de", "Project deadline", "ist in 15 Min. fällig")]
    [InlineData("es", "Entrega del informe", "vence en 15 min")]
    [InlineData("fr", "Date limite du dossier", "échéance dans 15 min")]
    public void Compose_knows_deadlines_in_the_users_language_and_in_english(string language, string title, string words) =>
        Body(Of(title, language: language)).ShouldContain(words);

    [Fact]
    public void Compose_keeps_the_link_whole_and_drops_what_does_not_fit()
    {
        Body(Of("Standup", "Room 5", Link)).ShouldBe($"Standup starts in 15 mins, at 2:30 PM, for 30 mins. Room 5. {Link}");

        var crowded = Body(Of("Standup", new string('x', 90), Link));
        crowded.ShouldBe($"Standup starts in 15 mins, at 2:30 PM, for 30 mins. {Link}");

        var endless = "https://example.org/" + new string('a', 150);
        Body(Of("Standup", "Room 5", endless)).ShouldBe("Standup starts in 15 mins, at 2:30 PM, for 30 mins. Room 5.");
    }

    [Fact]
    public void Compose_with_a_long_title_cuts_it_at_a_word_to_keep_the_link()
    {
        var body = Body(Of("Quarterly review of everything that the whole department has done since the beginning of the last fiscal year", link: Link));

        body.ShouldEndWith(Link);
        body.ShouldStartWith("Quarterly review of everything that");
        body.ShouldContain("... starts in 15 mins");
        body.ShouldNotContain(" ...");
    }

    [Fact]
    public void Compose_takes_an_address_in_the_place_for_the_link() =>
        Body(Of("Standup", Link)).ShouldEndWith($"for 30 mins. {Link}");

    [Theory]
    [InlineData("http://example.org/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://example.org/a b")]
    [InlineData("https://exämple.org/")]
    [InlineData("https://example.org/\nSTOP")]
    public void Compose_leaves_out_a_link_that_is_none(string link) => Body(Of("Standup", link: link)).ShouldBe("Standup starts in 15 mins, at 2:30 PM, for 30 mins.");

    [Fact]
    public void Compose_with_a_long_place_takes_its_first_part()
    {
        var place = "Conference Centre West, " + new string('x', 120);

        Body(Of("Standup", place)).ShouldEndWith("for 30 mins. Conference Centre West.");
    }

    [Fact]
    public void Compose_of_a_gsm_title_stays_gsm_when_it_is_cut()
    {
        var body = Body(Of(new string('a', 300)));

        Segments.Count(body).ShouldBe(new SmsSize(SmsEncoding.Gsm7, 1, Segments.Count(body).Units));
        body.ShouldContain("a... ");
    }

    [Fact]
    public void Compose_of_a_long_title_in_another_script_is_cut_with_one_character()
    {
        var body = Body(Of(string.Concat(Enumerable.Repeat("Совещание ", 20))));

        body.ShouldContain("Совещание… ");
        Segments.Count(body).Segments.ShouldBe(1);
    }

    [Fact]
    public void Compose_never_splits_a_family_of_emoji()
    {
        const string family = "👨‍👩‍👧‍👦";
        var body = Body(Of(string.Concat(Enumerable.Repeat(family, 20))));

        var title = body[..body.IndexOf('…', StringComparison.Ordinal)];
        title.Replace(family, "", StringComparison.Ordinal).ShouldBeEmpty();
        title.ShouldNotBeEmpty();
    }

    [Fact]
    public void Compose_neutralises_line_breaks_control_characters_and_bidi_marks() =>
        Body(Of("Den\r\ntist\u0007\u202Etxt\u2066\u0000", "Room\n5\u200F")).ShouldBe("Den tisttxt starts in 15 mins, at 2:30 PM, for 30 mins. Room 5.");

    [Fact]
    public void Compose_does_not_fill_in_marks_that_a_title_brings() =>
        Body(Of("{title} {until} {time}")).ShouldStartWith("{title} {until} {time} starts in 15 mins");

    [Fact]
    public void Compose_says_who_wrote_it_and_from_what()
    {
        var facts = Of("Dentist");

        var text = ReminderTemplate.Compose(facts);

        text.Source.ShouldBe(BodySource.Template);
        text.WordedFrom.ShouldBe(facts.Fingerprint);
        text.CostUsd.ShouldBeNull();
    }

    [Fact]
    public void Fingerprint_changes_with_whatever_the_text_says()
    {
        var facts = Of("Dentist", "Room 5", Link);
        ReminderFacts[] others =
        [
            facts with { Title = "dentist" }, facts with { Title = null }, facts with { Location = "Room 6" }, facts with { JoinLink = null },
            facts with { Start = facts.Start + Duration.FromDays(1), End = facts.End + Duration.FromDays(1), SendAt = facts.SendAt + Duration.FromDays(1) },
            facts with { End = facts.End + Duration.FromMinutes(15) }, facts with { SendAt = facts.SendAt + Duration.FromMinutes(5) },
            facts with { Zone = DateTimeZone.Utc }, facts with { Language = "de" }, facts with { Title = "DentistRoom 5", Location = "" },
        ];

        others.Select(other => other.Fingerprint).Append(facts.Fingerprint).ShouldBeUnique();
        (facts with { SendAt = facts.SendAt + Duration.FromSeconds(2) }).Fingerprint.ShouldBe(facts.Fingerprint);
    }

    [Fact]
    public void Fingerprint_of_a_title_is_not_that_of_the_same_words_as_a_place() =>
        Of(null, "Dentist").Fingerprint.ShouldNotBe(Of("Dentist").Fingerprint);

    private static string Body(ReminderFacts facts) => ReminderTemplate.Compose(facts).Body;
}
