using System.Globalization;
using System.Text;

namespace SmsDapr.Core.Composing;

/// <summary>Strangers' text made fit for a line of an SMS.</summary>
internal static class Words
{
    private const char Joiner = '\u200D';
    private const char NonJoiner = '\u200C';

    /// <summary>
    /// One line without anything that can't be seen: line breaks and runs of white space become one space; control characters, bidi marks, other invisible
    /// ones and halves of surrogate pairs go. Joiners stay, since scripts and emoji need them.
    /// </summary>
    public static string Clean(string? text)
    {
        var line = new StringBuilder();
        var gap = false;
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (IsSpace(rune))
            {
                gap = true;
                continue;
            }

            if (!IsVisible(rune))
                continue;
            if (gap && line.Length > 0)
                line.Append(' ');
            gap = false;
            line.Append(rune);
        }

        // Joiners and marks alone show nothing.
        return line.ToString().EnumerateRunes().Any(IsDrawn) ? line.ToString() : "";
    }

    /// <summary>Whether a text holds a word or phrase as whole words, whatever the case.</summary>
    public static bool Contains(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            if ((at == 0 || !IsWordPart(text[at - 1])) && (at + word.Length == text.Length || !IsWordPart(text[at + word.Length])))
                return true;
        }

        return false;
    }

    /// <summary>The prefixes of a text that end with a whole grapheme, longest first, without the text itself; words are kept whole where that costs little.</summary>
    public static IEnumerable<string> Prefixes(string text, int longest)
    {
        var ends = new List<int>();
        for (var index = 0; index < text.Length && index < longest;)
        {
            index += StringInfo.GetNextTextElementLength(text, index);
            if (index < text.Length)
                ends.Add(index);
        }

        for (var last = ends.Count - 1; last >= 0; last--)
        {
            var prefix = text[..ends[last]];
            var space = text[ends[last]] == ' ' ? -1 : prefix.LastIndexOf(' ');
            var whole = space >= prefix.Length * 2 / 3 ? prefix[..space] : prefix;
            if (whole.TrimEnd(' ', ',', ';', ':', '-', '.', '(') is { Length: > 0 } trimmed)
                yield return trimmed;
        }
    }

    private static bool IsWordPart(char character) => char.IsLetterOrDigit(character) || character == '_';

    private static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsVisible(Rune rune) => rune.Value is Joiner or NonJoiner || (rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned));

    private static bool IsDrawn(Rune rune) => rune.Value is not (Joiner or NonJoiner) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark);
}
