using System.Globalization;
using System.Text.RegularExpressions;
using SmsDapr.Core.Composing;

namespace SmsDapr.Core.Delivery;

/// <summary>An error that the provider reported, or the lack of a usable answer.</summary>
/// <param name="Code">Twilio's error code.</param>
/// <param name="HttpStatus">HTTP status of the answer; null when there was none.</param>
/// <param name="Text">Twilio's text as received; it may echo a phone number, so only <see cref="SafeText"/> is stored.</param>
public sealed partial record ProviderError(int? Code, int? HttpStatus = null, string? Text = null)
{
    private const int MaxTextLength = 300;

    /// <summary>The call got no answer at all.</summary>
    public static ProviderError NoAnswer { get; } = new(Code: null);

    /// <summary>The text without anything that looks like a phone number, at most 300 UTF-16 units; null when there is no usable text.</summary>
    public string? SafeText => Clean(Text);

    /// <summary>The error as a sentence for people.</summary>
    public string Sentence => (SafeText, Code, HttpStatus) switch
    {
        ({ } text, { } code, _) => string.Create(CultureInfo.InvariantCulture, $"{text} (Code: {code})"),
        (null, { } code, _) => string.Create(CultureInfo.InvariantCulture, $"Twilio error code: {code}"),
        ({ } text, null, _) => text,
        (null, null, { } status) => string.Create(CultureInfo.InvariantCulture, $"Twilio answered with HTTP status {status}"),
        _ => "Twilio did not answer",
    };

    /// <summary>The same without Twilio's text when that repeats the text of the message.</summary>
    public ProviderError Without(string body) =>
        Text is not null && body.Trim() is { Length: > 0 } said && Words.Contains(Text, said) ? this with { Text = null } : this;

    /// <inheritdoc />
    public override string ToString() => Sentence;

    private static string? Clean(string? text)
    {
        var cleaned = PhoneNumberLike().Replace(text ?? "", "[number]").Trim();
        if (cleaned.Length > MaxTextLength)
            cleaned = cleaned[..(char.IsHighSurrogate(cleaned[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)].TrimEnd();
        return cleaned.Length == 0 || Nothing().IsMatch(cleaned) ? null : cleaned;
    }

    // What programs write where a value is missing says nothing to a person.
    [GeneratedRegex(@"\b(?:null|undefined)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Nothing();

    // Either a leading + with any digits, or seven digits and more with the separators that people put between them.
    [GeneratedRegex(@"\+[\s().\-/]*\d(?:[\s().\-/‐-―]*\d)*|\d(?:[\s().\-/‐-―]*\d){6,}")]
    private static partial Regex PhoneNumberLike();
}
