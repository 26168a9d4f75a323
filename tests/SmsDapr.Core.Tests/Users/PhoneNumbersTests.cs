using CsCheck;
using PhoneNumbers;
using SmsDapr.Core.Users;
using Numbers = SmsDapr.Core.Users.PhoneNumbers;

namespace SmsDapr.Core.Tests.Users;

public sealed class PhoneNumbersTests
{
    [Theory]
    [InlineData("+12025550671", null, "+12025550671")]
    [InlineData(" +1 (202) 555-0671 ", null, "+12025550671")]
    [InlineData("+15551234567", null, "+15551234567")]
    [InlineData("+15005550006", null, "+15005550006")]
    [InlineData("(202) 555-0671", "US", "+12025550671")]
    [InlineData("020 7946 0958", "GB", "+442079460958")]
    [InlineData("+442079460958", "US", "+442079460958")]
    [InlineData("0049 30 901820", "GB", "+4930901820")]
    public void Normalise_gives_E164(string text, string? region, string e164) =>
        Numbers.Normalise(text, region).ShouldBe(new PhoneNumberReading.Number(e164));

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("hello", null)]
    [InlineData("2025550671", null)]
    [InlineData("+1", null)]
    [InlineData("+1202555", null)]
    [InlineData("5550671", "US")]
    [InlineData("+12025550671999", null)]
    [InlineData("+9992025550671", null)]
    [InlineData("1-800-FLOWERS", "US")]
    [InlineData("+12025550671 ext. 5", null)]
    [InlineData("+12025550671;5", null)]
    [InlineData("911", "US")]
    public void Normalise_of_anything_else_is_rejected_without_repeating_it(string? text, string? region)
    {
        var problem = Numbers.Normalise(text, region).ShouldBeOfType<PhoneNumberReading.Rejected>().Problem;

        if (!string.IsNullOrEmpty(text))
            problem.ShouldNotContain(text);
    }

    [Theory]
    [InlineData(null, null, "This is not a phone number.")]
    [InlineData("hello", null, "This is not a phone number.")]
    [InlineData("+1", null, "This is not a phone number.")]
    [InlineData("2025550671", null, "Write the number in international form, beginning with +.")]
    [InlineData("+1202555", null, "This is not a possible phone number.")]
    public void Normalise_says_why_a_text_is_no_number(string? text, string? region, string problem) =>
        Numbers.Normalise(text, region).ShouldBe(new PhoneNumberReading.Rejected(problem));

    [Theory]
    [InlineData(40, true)]
    [InlineData(41, false)]
    public void Normalise_reads_at_most_40_characters(int length, bool isNumber) =>
        (Numbers.Normalise("+1" + new string(' ', length - 12) + "2025550671", null) is PhoneNumberReading.Number).ShouldBe(isNumber);

    [Theory]
    [InlineData("+4912", "+49••")]
    [InlineData("+0", "+•")]
    [InlineData("+00000", "+•••00")]
    public void Mask_of_a_number_that_is_too_short_shows_less(string e164, string masked) => Numbers.Mask(e164).ShouldBe(masked);

    [Theory]
    [InlineData("+12025550671", "+1•••••••671")]
    [InlineData("+442079460958", "+44•••••••958")]
    [InlineData("+35312345678", "+353•••••678")]
    public void Mask_shows_the_country_and_three_digits(string e164, string masked) => Numbers.Mask(e164).ShouldBe(masked);

    [Fact]
    public void ToString_of_a_number_or_a_phone_is_masked()
    {
        Numbers.Normalise("+12025550671", null).ToString().ShouldBe("+1•••••••671");
        new UserPhone("+12025550671", null).ToString().ShouldBe("+1•••••••671");
    }

    [Fact]
    public void Mask_never_shows_more_than_the_last_three_national_digits()
    {
        var library = PhoneNumberUtil.GetInstance();
        int[] countries = [.. library.GetSupportedCallingCodes()];
        Gen.Select(Gen.OneOf(countries), Gen.Int[4, 12], Gen.Long[0, 999_999_999_999]).Sample((country, length, digits) =>
        {
            var national = (digits + 1_000_000_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture)[^length..];
            var masked = Numbers.Mask($"+{country}{national}");

            // A number too short to be read hides its country code as well.
            var visible = masked[(masked.LastIndexOf('•') + 1)..];
            visible.Length.ShouldBeLessThanOrEqualTo(3);
            national.ShouldEndWith(visible);
            var whole = $"+{country}{new string('•', length - visible.Length)}{visible}";
            masked.ShouldBeOneOf(whole, $"+{new string('•', whole.Length - 1 - visible.Length)}{visible}");
        });
    }
}
