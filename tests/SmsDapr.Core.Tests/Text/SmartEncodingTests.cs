using CsCheck;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Tests.Text;

public sealed class SmartEncodingTests
{
    [Theory]
    [InlineData("It’s “here” – now…", "It's \"here\" - now...")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("日本", "日本")]
    [InlineData("a\u200Bb", "ab")]
    public void Apply_replaces_look_alikes_and_leaves_the_rest(string text, string sent) => SmartEncoding.Apply(text).ShouldBe(sent);

    [Fact]
    public void Apply_to_no_text_is_a_mistake_of_the_caller() => Should.Throw<ArgumentNullException>(() => SmartEncoding.Apply(null!)).ParamName.ShouldBe("text");

    [Fact]
    public void Count_is_that_of_the_replaced_text()
    {
        var text = "It’s " + new string('a', 100);

        Segments.Count(text).ShouldBe(new SmsSize(SmsEncoding.Ucs2, 2, 105));
        Segments.Count(text, smartEncoding: true).ShouldBe(new SmsSize(SmsEncoding.Gsm7, 1, 105));
        Segments.Count(text, smartEncoding: false).ShouldBe(Segments.Count(text));
    }

    [Fact]
    public void Apply_twice_is_apply_once() =>
        Gen.String.Sample(text => SmartEncoding.Apply(SmartEncoding.Apply(text)).ShouldBe(SmartEncoding.Apply(text)));
}
