using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Tests.Delivery;

public sealed class ProviderErrorTests
{
    [Theory]
    [InlineData(21610, 400, "Attempt to send to unsubscribed recipient", "Attempt to send to unsubscribed recipient (Code: 21610)")]
    [InlineData(30003, null, null, "Twilio error code: 30003")]
    [InlineData(30003, null, "null", "Twilio error code: 30003")]
    [InlineData(30003, null, " undefined ", "Twilio error code: 30003")]
    [InlineData(30003, null, "", "Twilio error code: 30003")]
    [InlineData(21211, 400, "The 'To' number null is not valid", "Twilio error code: 21211")]
    [InlineData(null, 503, "Undefined", "Twilio answered with HTTP status 503")]
    [InlineData(30003, null, "Nullified", "Nullified (Code: 30003)")]
    [InlineData(null, 502, "Bad Gateway", "Bad Gateway")]
    [InlineData(null, 502, null, "Twilio answered with HTTP status 502")]
    [InlineData(null, null, null, "Twilio did not answer")]
    public void Sentence_says_what_is_known(int? code, int? status, string? text, string sentence) =>
        new ProviderError(code, status, text).Sentence.ShouldBe(sentence);

    [Theory]
    [InlineData("The 'To' number +12025550671 is not valid", "The 'To' number [number] is not valid")]
    [InlineData("To 12025550671, From +1 (202) 555-0100.", "To [number], From [number].")]
    [InlineData("number +1202 refused", "number [number] refused")]
    [InlineData("202-555-0671", "[number]")]
    [InlineData("+44 7700 900 123!", "[number]!")]
    [InlineData("Error 30003 after 3 tries", "Error 30003 after 3 tries")]
    [InlineData("to=%2B12025550671&x", "to=%2B[number]&x")]
    [InlineData("SM12025550671", "SM[number]")]
    public void SafeText_holds_no_phone_number(string text, string safe) =>
        new ProviderError(null, null, text).SafeText.ShouldBe(safe);

    [Fact]
    public void SafeText_is_cut_without_splitting_a_character() =>
        new ProviderError(null, null, new string('a', 299) + "😀😀").SafeText.ShouldBe(new string('a', 299));

    [Theory]
    [InlineData(300, 300)]
    [InlineData(301, 300)]
    [InlineData(2000, 300)]
    public void SafeText_has_at_most_300_units(int length, int kept) =>
        new ProviderError(null, null, new string('a', length)).SafeText.ShouldBe(new string('a', kept));

    [Theory]
    [InlineData("Cannot send 'See you at 5' to this region", "See you at 5", null)]
    [InlineData("cannot send see you at 5", " See you at 5\n", null)]
    [InlineData("Service unavailable", "See you at 5", "Service unavailable")]
    [InlineData("Service unavailable", "serv", "Service unavailable")]
    [InlineData("Service unavailable", "", "Service unavailable")]
    [InlineData(null, "See you at 5", null)]
    public void Without_a_text_that_repeats_the_message(string? text, string body, string? left) =>
        new ProviderError(21408, 400, text).Without(body).SafeText.ShouldBe(left);

    [Fact]
    public void ToString_never_shows_the_raw_text() =>
        new ProviderError(21211, 400, "To +12025550671").ToString().ShouldBe("To [number] (Code: 21211)");
}
