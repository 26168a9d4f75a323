using CsCheck;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Tests.Text;

public sealed class SegmentsTests
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    private const string Extension = "\f^{}\\[~]|€";

    [Fact]
    public void Count_of_nothing_at_all_is_a_programming_error() => Should.Throw<ArgumentNullException>(() => Segments.Count(null!));

    [Theory]
    [InlineData("a", 160, 1)]
    [InlineData("a", 161, 2)]
    [InlineData("a", 306, 2)]
    [InlineData("a", 307, 3)]
    [InlineData("a", 459, 3)]
    [InlineData("a", 460, 4)]
    [InlineData("€", 80, 1)]
    [InlineData("€", 81, 2)]
    [InlineData("€", 152, 2)]
    [InlineData("€", 153, 3)]
    public void Count_of_gsm7(string unit, int times, int segments) => ShouldBe(Times(unit, times), SmsEncoding.Gsm7, segments);

    [Theory]
    [InlineData("日", 70, 1)]
    [InlineData("日", 71, 2)]
    [InlineData("日", 134, 2)]
    [InlineData("日", 135, 3)]
    [InlineData("😀", 35, 1)]
    [InlineData("😀", 36, 2)]
    [InlineData("😀", 66, 2)]
    [InlineData("😀", 67, 3)]
    public void Count_of_ucs2(string unit, int times, int segments) => ShouldBe(Times(unit, times), SmsEncoding.Ucs2, segments);

    [Fact]
    public void Count_never_splits_an_escape_pair()
    {
        ShouldBe(Times("a", 158) + "€", SmsEncoding.Gsm7, 1);
        ShouldBe(Times("a", 159) + "€", SmsEncoding.Gsm7, 2);
        ShouldBe(Times("a", 152) + "€" + Times("a", 151), SmsEncoding.Gsm7, 2);
        ShouldBe(Times("a", 152) + "€" + Times("a", 152), SmsEncoding.Gsm7, 3);
    }

    [Fact]
    public void Count_switches_the_whole_text_for_one_character()
    {
        ShouldBe("`" + Times("a", 69), SmsEncoding.Ucs2, 1);
        ShouldBe("`" + Times("a", 70), SmsEncoding.Ucs2, 2);
    }

    [Fact]
    public void Count_never_splits_a_grapheme()
    {
        // Eleven units that belong together: a family of four joined by zero-width joiners.
        const string family = "👨‍👩‍👧‍👦";
        family.Length.ShouldBe(11);

        ShouldBe(Times("日", 60) + family, SmsEncoding.Ucs2, 2);
        ShouldBe(Times("日", 57) + family + Times("日", 66), SmsEncoding.Ucs2, 3);
        ShouldBe(Times("日", 66) + "e\u0301" + Times("日", 65), SmsEncoding.Ucs2, 2);
        ShouldBe(Times("日", 66) + "e\u0301" + Times("日", 66), SmsEncoding.Ucs2, 3);
    }

    [Fact]
    public void Count_of_a_line_break_is_two()
    {
        ShouldBe(Times("\r\n", 80), SmsEncoding.Gsm7, 1);
        ShouldBe(Times("\r\n", 81), SmsEncoding.Gsm7, 2);
        ShouldBe(Times("日", 66) + "\r\n" + Times("日", 66), SmsEncoding.Ucs2, 2);
    }

    [Fact]
    public void Count_of_a_grapheme_larger_than_a_segment_splits_it_after_all() =>
        ShouldBe("e" + Times("\u0301", 200), SmsEncoding.Ucs2, 3);

    [Fact]
    public void Count_of_nothing_is_no_segment() => Segments.Count("").ShouldBe(new SmsSize(SmsEncoding.Gsm7, 0, 0));

    [Fact]
    public void Gsm7_is_exactly_the_alphabet()
    {
        Basic.Distinct().Count().ShouldBe(127);
        for (var c = '\0'; c < '\uffff'; c++)
        {
            var size = Segments.Count(c.ToString());
            var known = Basic.Contains(c) || Extension.Contains(c);
            size.Encoding.ShouldBe(known ? SmsEncoding.Gsm7 : SmsEncoding.Ucs2);
            size.Units.ShouldBe(Extension.Contains(c) ? 2 : 1);
        }
    }

    [Theory]
    [InlineData("`")]
    [InlineData("\t")]
    [InlineData("ç")]
    [InlineData("á")]
    [InlineData("ê")]
    [InlineData("õ")]
    [InlineData("’")]
    [InlineData("“")]
    [InlineData("–")]
    [InlineData("—")]
    [InlineData("…")]
    [InlineData("\u00a0")]
    [InlineData("Α")]
    public void Count_of_what_is_easily_taken_for_gsm7_is_ucs2(string text) => Segments.Count(text).Encoding.ShouldBe(SmsEncoding.Ucs2);

    [Fact]
    public void Count_of_no_text_is_a_mistake_of_the_caller() => Should.Throw<ArgumentNullException>(() => Segments.Count(null!)).ParamName.ShouldBe("text");

    [Fact]
    public void Count_holds_its_bounds_for_any_text() =>
        Gen.OneOf("a", "€", "ç", "日", "😀", "\r\n", "👨‍👩‍👧‍👦", "e\u0301").Array[0, 400].Sample(parts =>
        {
            var text = string.Concat(parts);
            var size = Segments.Count(text);
            var (single, each, largest) = size.Encoding == SmsEncoding.Gsm7 ? (160, 153, 2) : (70, 67, 11);

            size.Units.ShouldBe(size.Encoding == SmsEncoding.Gsm7 ? text.Length + text.Count(c => c == '€') : text.Length);
            if (size.Units <= single)
            {
                size.Segments.ShouldBe(size.Units == 0 ? 0 : 1);
                return;
            }

            size.Segments.ShouldBeGreaterThanOrEqualTo((size.Units + each - 1) / each);
            size.Segments.ShouldBeLessThanOrEqualTo((size.Units + each - largest) / (each - largest + 1));
        });

    private static string Times(string unit, int times) => string.Concat(Enumerable.Repeat(unit, times));

    private static void ShouldBe(string text, SmsEncoding encoding, int segments)
    {
        var size = Segments.Count(text);
        size.Encoding.ShouldBe(encoding);
        size.Segments.ShouldBe(segments);
    }
}
