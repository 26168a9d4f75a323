using PhoneNumbers;

namespace SmsDapr.Core.Users;

/// <summary>A phone number in E.164, or why a text is none.</summary>
public abstract record PhoneNumberReading
{
    private PhoneNumberReading()
    {
    }

    /// <summary>The text is a phone number.</summary>
    /// <param name="E164">The number, <c>+</c> and up to 15 digits.</param>
    public sealed record Number(string E164) : PhoneNumberReading
    {
        /// <summary>The masked number: logs and error texts must not hold it in full.</summary>
        public override string ToString() => PhoneNumbers.Mask(E164);
    }

    /// <summary>The text is no phone number.</summary>
    /// <param name="Problem">A sentence that does not repeat the text.</param>
    public sealed record Rejected(string Problem) : PhoneNumberReading;
}

/// <summary>Phone numbers, by the rules of libphonenumber.</summary>
public static class PhoneNumbers
{
    private const int VisibleDigits = 3;
    private const char Bullet = '•';

    /// <summary>
    /// Reads a number as people write it. It has to be possible (right length for its country), not assigned: numbering plans change faster than the library.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="defaultRegion">ISO 3166 region of a number without <c>+</c>; null refuses such a number.</param>
    public static PhoneNumberReading Normalise(string? text, string? defaultRegion)
    {
        var trimmed = text?.Trim() ?? "";
        // The library would read vanity letters and extensions; an SMS can go to neither.
        if (trimmed.Length is 0 or > 40 || trimmed.Any(char.IsLetter))
            return new PhoneNumberReading.Rejected("This is not a phone number.");
        if (defaultRegion is null && !trimmed.StartsWith('+'))
            return new PhoneNumberReading.Rejected("Write the number in international form, beginning with +.");

        try
        {
            var library = PhoneNumberUtil.GetInstance();
            var number = library.Parse(trimmed, defaultRegion);
            return number.HasExtension || library.IsPossibleNumberWithReason(number) != PhoneNumberUtil.ValidationResult.IS_POSSIBLE
                ? new PhoneNumberReading.Rejected("This is not a possible phone number.")
                : new PhoneNumberReading.Number(library.Format(number, PhoneNumberFormat.E164));
        }
        catch (NumberParseException)
        {
            return new PhoneNumberReading.Rejected("This is not a phone number.");
        }
    }

    /// <summary>Whether this is an ISO 3166 region that numbers without <c>+</c> can be read in.</summary>
    public static bool IsRegion(string region) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(region);

    /// <summary>The number as others may see it: country code, a bullet for each digit, the last three digits (<c>+1•••••••671</c>).</summary>
    public static string Mask(string e164)
    {
        var country = CountryCode(e164);
        var national = e164[(1 + country.Length)..];
        var visible = Math.Min(VisibleDigits, Math.Max(0, national.Length - VisibleDigits));
        return $"+{country}{new string(Bullet, national.Length - visible)}{national[^visible..]}";
    }

    private static string CountryCode(string e164)
    {
        try
        {
            return PhoneNumberUtil.GetInstance().Parse(e164, null).CountryCode.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (NumberParseException)
        {
            return "";
        }
    }
}
