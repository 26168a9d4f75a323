using PhoneNumbers;

namespace SmsDapr.Simulators.Twilio;

internal static class E164
{
    /// <summary>The number in E.164 with the punctuation gone; null when it is not a valid one.</summary>
    public static string? Normalize(string text)
    {
        var stripped = Strip(text);
        // Twilio's own test numbers are valid to Twilio, whatever the numbering plan says.
        if (stripped.StartsWith("+1500555000", StringComparison.Ordinal) && stripped.Length == 12)
            return stripped;
        if (!stripped.StartsWith('+'))
            return null;
        var numbers = PhoneNumberUtil.GetInstance();
        try
        {
            var number = numbers.Parse(stripped, null);
            return numbers.IsValidNumber(number) ? numbers.Format(number, PhoneNumberFormat.E164) : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    public static string Strip(string text) => string.Concat(text.Where(c => c is '+' or (>= '0' and <= '9') || char.IsLetter(c)));
}
