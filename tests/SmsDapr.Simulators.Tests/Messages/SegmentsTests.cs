using SmsDapr.Simulators.Twilio.Messages;

namespace SmsDapr.Simulators.Tests.Messages;

/// <summary>The cases that were measured with Twilio's own calculator.</summary>
public sealed class SegmentsTests
{
    [Theory]
    [InlineData("a", 160, 1)]
    [InlineData("a", 161, 2)]
    [InlineData("a", 306, 2)]
    [InlineData("a", 307, 3)]
    [InlineData("€", 152, 2)]
    [InlineData("€", 153, 3)]
    [InlineData("字", 70, 1)]
    [InlineData("字", 71, 2)]
    [InlineData("字", 134, 2)]
    [InlineData("字", 135, 3)]
    [InlineData("😀", 35, 1)]
    [InlineData("😀", 36, 2)]
    [InlineData("😀", 66, 2)]
    [InlineData("😀", 67, 3)]
    public void Count_of_one_character_repeated(string character, int times, int segments) =>
        Segments.Count(string.Concat(Enumerable.Repeat(character, times))).ShouldBe(segments);

    [Fact]
    public void Count_never_splits_an_escaped_character()
    {
        Segments.Count(new string('a', 158) + "€").ShouldBe(1);
        Segments.Count(new string('a', 159) + "€").ShouldBe(2);
        Segments.Count(new string('a', 152) + "€" + new string('a', 151)).ShouldBe(2);
        Segments.Count(new string('a', 152) + "€" + new string('a', 152)).ShouldBe(3);
    }

    [Fact]
    public void Count_takes_70_when_one_character_is_outside_the_alphabet()
    {
        Segments.Count("`" + new string('a', 69)).ShouldBe(1);
        Segments.Count("`" + new string('a', 70)).ShouldBe(2);
    }
}
