using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace SmsDapr.Core.Text;

/// <summary>
/// Twilio's smart encoding: look-alike characters are replaced before the encoding is chosen, so that a curly apostrophe does not turn a whole
/// text into UCS-2. From the embedded <c>twilio-smart-encoding.csv</c> (source: Twilio's segment calculator 1.3.0); the live service may differ.
/// </summary>
public static class SmartEncoding
{
    private static readonly FrozenDictionary<Rune, string> Replacements = Load();

    /// <summary>The text as Twilio sends it.</summary>
    public static string Apply(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.EnumerateRunes().Any(Replacements.ContainsKey))
            return text;

        var replaced = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            replaced.Append(Replacements.TryGetValue(rune, out var replacement) ? replacement : rune.ToString());
        return replaced.ToString();
    }

    private static FrozenDictionary<Rune, string> Load()
    {
        using var reader = new StreamReader(typeof(SmartEncoding).Assembly.GetManifestResourceStream("twilio-smart-encoding.csv")!);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Skip(1)
            .Select(line => line.Split(','))
            .ToFrozenDictionary(
                columns => ParseRune(columns[0]),
                columns => string.Concat(columns[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseRune)));
    }

    private static Rune ParseRune(string codePoint) => new(int.Parse(codePoint, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
