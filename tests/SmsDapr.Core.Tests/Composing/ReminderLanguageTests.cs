using NodaTime;
using SmsDapr.Core.Composing;

namespace SmsDapr.Core.Tests.Composing;

public sealed class ReminderLanguageTests
{
    [Theory]
    [InlineData("en", true)]
    [InlineData("DE_at", true)]
    [InlineData("es-MX", true)]
    [InlineData("pt-BR", false)]
    [InlineData("", false)]
    public void Knows_the_languages_that_there_are_words_for(string tag, bool known) => ReminderLanguage.Knows(tag).ShouldBe(known);

    [Fact]
    public void Codes_are_in_order() => ReminderLanguage.Codes.ShouldBe(["de", "en", "es", "fr"]);

    [Theory]
    [InlineData(0, 0, "12:00 AM")]
    [InlineData(11, 59, "11:59 AM")]
    [InlineData(12, 5, "12:05 PM")]
    [InlineData(23, 30, "11:30 PM")]
    public void Time_by_twelve_hours_changes_at_midnight_and_at_noon(int hour, int minute, string words) =>
        ReminderLanguage.Of("en").Time(new LocalTime(hour, minute), "en-US", DateTimeZone.Utc).ShouldBe(words);

    [Theory]
    [InlineData("due", true)]
    [InlineData("Due: rent", true)]
    [InlineData("rent (due)", true)]
    [InlineData("due_date", false)]
    [InlineData("2due", false)]
    [InlineData("residue, due", true)]
    [InlineData("Hand in thesis", true)]
    [InlineData("Shand in thesis", false)]
    public void IsDeadline_by_whole_words_anywhere(string title, bool deadline) => ReminderLanguage.Of("en").IsDeadline(title).ShouldBe(deadline);
}
