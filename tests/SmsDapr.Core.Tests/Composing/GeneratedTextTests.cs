using CsCheck;
using SmsDapr.Core.Composing;
using static SmsDapr.Core.Tests.Composing.Facts;

namespace SmsDapr.Core.Tests.Composing;

public sealed class GeneratedTextTests
{
    private const string Link = "https://meet.google.com/abc-defg-hij";

    [Theory]
    [InlineData("Your dentist appointment is in 15 mins, at 2:30 PM. See you at Room 12!")]
    [InlineData("DENTIST in 15 mins (14:30), it takes 30 mins. https://meet.google.com/abc-defg-hij")]
    [InlineData("In 15 mins: Dentist. Join: https://meet.google.com/abc-defg-hij.")]
    [InlineData("Dentist on 9 March 2026 in 15 mins, until 3:00 PM")]
    [InlineData("Dentist on 09 March 2026, 02:30 PM to 15:00, in 15 mins. Room: 12")]
    [InlineData("Dentist in 15 mins (https://meet.google.com/abc-defg-hij)")]
    public void Faults_of_a_text_that_says_what_is_so_are_none(string text) => GeneratedText.Faults(text, Dentist()).ShouldBeEmpty();

    [Theory]
    [InlineData("", TextFault.Empty)]
    [InlineData("Dentist\nin 15 mins", TextFault.NotOneLine)]
    [InlineData("Dentist in 15 mins\u202E", TextFault.NotOneLine)]
    [InlineData("Dentist  in 15 mins", TextFault.NotOneLine)]
    [InlineData("Doctor in 15 mins", TextFault.TitleMissing)]
    [InlineData("Dentist at 2:30 PM", TextFault.TimeMissing)]
    [InlineData("Dentist in 20 mins", TextFault.TimeMissing)]
    [InlineData("**Dentist** in 15 mins", TextFault.Markup)]
    [InlineData("# Dentist in 15 mins", TextFault.Markup)]
    [InlineData("- Dentist in 15 mins", TextFault.Markup)]
    [InlineData("[Dentist](x) in 15 mins", TextFault.Markup)]
    [InlineData("Dentist in 15 mins <b>now</b>", TextFault.Markup)]
    [InlineData("Dentist in 15 mins, {place}", TextFault.Markup)]
    [InlineData("Dentist in 15 mins ⏰", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins 🦷", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins ✔", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins 🇩🇪", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins a\u200Db", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins !\uFE0F", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins !\u20E3", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins \U0001F3FB", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins \U0001FAFF", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins \u2768", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins \u21E8\u2B50", TextFault.Emoji)]
    [InlineData("Dentist in 15 mins https://evil.example/x", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins evil.example", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins www.evil", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins, mail a@b", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins https://meet.google.com/abc-defg-hij.evil.example", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins https://meet.google.com/abc-defg-hijk", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins javascript://x", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins tel:911", TextFault.ForeignLink)]
    [InlineData("Dentist in 15 mins, code 4711", TextFault.ForeignNumber)]
    [InlineData("Dentist in 15 mins, bring ٤٢", TextFault.ForeignNumber)]
    [InlineData("Dentist in 15 mins, call 202 555 0671", TextFault.PhoneNumber)]
    [InlineData("Dentist in 15 mins, call +1", TextFault.PhoneNumber)]
    [InlineData("Dentist in 15 mins, 15 30 15 30", TextFault.PhoneNumber)]
    public void Faults_of_a_text_that_must_not_go_out_name_them(string text, TextFault fault) =>
        GeneratedText.Faults(text, Dentist()).ShouldContain(fault);

    [Fact]
    public void Faults_of_a_text_beyond_one_segment_say_so()
    {
        GeneratedText.Faults("Dentist in 15 mins " + new string('x', 141), Dentist()).ShouldBeEmpty();
        GeneratedText.Faults("Dentist in 15 mins " + new string('x', 142), Dentist()).ShouldBe([TextFault.TooLong]);
        GeneratedText.Faults("Dentist in 15 mins " + new string('ж', 52), Dentist()).ShouldBe([TextFault.TooLong]);
    }

    [Fact]
    public void Faults_of_a_long_title_accept_most_of_its_words()
    {
        var facts = Of("Quarterly review with the finance department");

        GeneratedText.Faults("Quarterly finance department review in 15 mins", facts).ShouldBeEmpty();
        GeneratedText.Faults("Review in 15 mins", facts).ShouldBe([TextFault.TitleMissing]);
    }

    [Theory]
    [InlineData("Dr. Ko", "Ko, Dr in 15 mins", true)]
    [InlineData("Dr. Ko", "Kofi Drake in 15 mins", false)]
    [InlineData("Team day at the sea", "Our team in 15 mins", true)]
    [InlineData("Budget review meeting", "Budget review in 15 mins", true)]
    [InlineData("Budget review", "Review in 15 mins", false)]
    [InlineData("Review, REVIEW, budget", "Review in 15 mins", false)]
    [InlineData("!!!", "Something in 15 mins", false)]
    [InlineData("!!!", "!!! in 15 mins", true)]
    [InlineData(null, "Something in 15 mins", true)]
    public void Faults_accept_two_thirds_of_the_words_of_a_title_that_say_something(string? title, string text, bool named) =>
        GeneratedText.Faults(text, Of(title)).ShouldBe(named ? [] : [TextFault.TitleMissing]);

    [Fact]
    public void Faults_of_the_length_in_minutes_or_in_words_are_none()
    {
        var facts = Of("Dentist", length: 90);

        GeneratedText.Faults("Dentist in 15 mins, takes 90 minutes", facts).ShouldBeEmpty();
        GeneratedText.Faults("Dentist in 15 mins, takes 1 hour 30 mins", facts).ShouldBeEmpty();
        GeneratedText.Faults("Dentist in 15 mins, takes 95 minutes", facts).ShouldBe([TextFault.ForeignNumber]);
    }

    [Fact]
    public void Faults_take_the_longer_of_title_and_place_out_first() =>
        GeneratedText.Faults("Call in 15 mins at CALL app.example", Of("Call", "Call app.example")).ShouldBeEmpty();

    [Fact]
    public void Faults_do_not_join_what_stands_around_the_title() => GeneratedText.Faults("In 15 mins: 9Dentist14", Dentist()).ShouldBeEmpty();

    [Fact]
    public void Faults_do_not_let_a_title_of_a_letter_or_two_excuse_anything()
    {
        GeneratedText.Faults("@ in 15 mins, mail a@b", Of("@")).ShouldContain(TextFault.ForeignLink);
        GeneratedText.Faults("a@ in 15 mins, mail a@b", Of("a@")).ShouldContain(TextFault.ForeignLink);
        GeneratedText.Faults("a@b in 15 mins", Of("a@b")).ShouldBeEmpty();
    }

    [Fact]
    public void Faults_leave_to_the_event_what_is_its_own()
    {
        var facts = Of("**Launch** 🚀 of app.example v42", place: "Hall 7, call +1 202 555 0671");

        GeneratedText.Faults("**Launch** 🚀 of app.example v42 in 15 mins.", facts).ShouldBeEmpty();
        GeneratedText.Faults("Launch of example v42 in 15 mins, Hall 7, call +1 202 555 0671", facts).ShouldNotContain(TextFault.PhoneNumber);
    }

    [Fact]
    public void Faults_of_a_number_from_the_description_are_noted() =>
        GeneratedText.Faults("Dentist in 15 mins. Reply with 8080", Dentist()).ShouldContain(TextFault.ForeignNumber);

    [Theory]
    [InlineData("  \"Dentist in 15 mins\"\n", "Dentist in 15 mins")]
    [InlineData("`Dentist`", "Dentist")]
    [InlineData("It’s time – now…", "It's time - now...")]
    [InlineData(null, "")]
    [InlineData("\"", "\"")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("' Dentist '", "Dentist")]
    [InlineData("“Dentist”", "Dentist")]
    [InlineData("‘a’ – — … \u00A0\u202F“b”", "'a' - - ...   \"b\"")]
    [InlineData("\"Dentist'", "\"Dentist'")]
    [InlineData("xDentistx", "xDentistx")]
    public void Tidy_takes_off_wrapping_and_typography(string? raw, string tidy) => GeneratedText.Tidy(raw).ShouldBe(tidy);

    [Fact]
    public void Tidy_reads_at_most_1000_characters()
    {
        GeneratedText.Tidy(new string('x', 1000)).Length.ShouldBe(1000);
        GeneratedText.Tidy(new string('x', 1001)).Length.ShouldBe(1000);
    }

    [Fact]
    public void Template_of_a_plain_event_has_no_faults() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 3, 30], Gen.Int[1, 1440], Gen.Int[0, 600], Gen.OneOf("en", "de", "es", "fr")).Sample(
            (title, minutes, length, language) =>
            {
                var facts = Of(title, "Room 12", Link, minutes, length, language);

                GeneratedText.Faults(ReminderTemplate.Compose(facts).Body, facts).ShouldBeEmpty();
            },
            iter: Effort.Samples(500));

    [Fact]
    public void Faults_of_any_text_whatever_are_found_without_an_exception() =>
        Gen.Select(Gen.String, Gen.String).Sample((text, title) => GeneratedText.Faults(GeneratedText.Tidy(text), Of(title, title, Link)).ShouldNotBeNull(), iter: Effort.Samples(2_000));

    private static ReminderFacts Dentist() => Of("Dentist", "Room 12", Link);
}
