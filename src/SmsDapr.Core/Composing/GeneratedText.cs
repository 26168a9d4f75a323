using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Composing;

/// <summary>What is wrong with a text that a language model wrote.</summary>
public enum TextFault
{
    /// <summary>There is no text.</summary>
    Empty,

    /// <summary>It has line breaks, control characters or invisible ones.</summary>
    NotOneLine,

    /// <summary>It does not fit one segment.</summary>
    TooLong,

    /// <summary>It does not name the event.</summary>
    TitleMissing,

    /// <summary>It does not say how long until the event in the words that it was given.</summary>
    TimeMissing,

    /// <summary>It has markup.</summary>
    Markup,

    /// <summary>It has pictures that the event does not bring itself.</summary>
    Emoji,

    /// <summary>It has a link or an address that is not the event's own.</summary>
    ForeignLink,

    /// <summary>It has a number that is not the event's own.</summary>
    ForeignNumber,

    /// <summary>It has what looks like a phone number.</summary>
    PhoneNumber,
}

/// <summary>
/// Judges what a language model wrote. A model is asked about text that strangers wrote, so nothing of its answer is believed: whatever can lead somewhere or
/// call someone has to come from the event's title, place, link and times.
/// </summary>
public static partial class GeneratedText
{
    private const int LongestSentence = 1000;

    private static readonly (string From, string To)[] Typography = [("’", "'"), ("‘", "'"), ("“", "\""), ("”", "\""), ("–", "-"), ("—", "-"), ("…", "..."), ("\u00A0", " "), ("\u202F", " ")];

    /// <summary>Takes off what models put around an answer, and typography that would only make the text dearer.</summary>
    public static string Tidy(string? raw)
    {
        var text = (raw ?? "").Trim();
        if (text.Length > LongestSentence)
            text = text[..LongestSentence];
        foreach (var (from, to) in Typography)
            text = text.Replace(from, to, StringComparison.Ordinal);
        return text.Length > 2 && text[0] == text[^1] && text[0] is '"' or '\'' or '`' ? text[1..^1].Trim() : text;
    }

    /// <summary>Every fault of a tidied text; none means that it may be sent.</summary>
    public static IReadOnlyList<TextFault> Faults(string text, ReminderFacts facts)
    {
        if (text.Length == 0)
            return [TextFault.Empty];

        var own = Without(text, facts);
        var faults = new List<TextFault>();
        void Note(TextFault fault, bool holds)
        {
            if (holds)
                faults.Add(fault);
        }

        Note(TextFault.NotOneLine, Words.Clean(text) != text);
        Note(TextFault.TooLong, Segments.Count(text).Segments != 1);
        Note(TextFault.TitleMissing, !Names(text, facts));
        Note(TextFault.TimeMissing, !text.Contains(ReminderLanguage.Of(facts.Language).Until(facts.MinutesUntil), StringComparison.OrdinalIgnoreCase));
        Note(TextFault.Markup, Markup().IsMatch(own));
        Note(TextFault.Emoji, own.EnumerateRunes().Any(IsPicture));
        Note(TextFault.ForeignLink, Address().IsMatch(own));
        Note(TextFault.ForeignNumber, NumbersOf(own).Except(KnownNumbers(facts)).Any());
        Note(TextFault.PhoneNumber, PhoneLike().IsMatch(own));
        return faults;
    }

    /// <summary>What is left of a text when what it has from the event is taken out, so that a title may have markup or an address of its own.</summary>
    private static string Without(string text, ReminderFacts facts)
    {
        var own = $" {text} ";
        // The link only as a whole word: a longer one that begins with it leads elsewhere.
        if (facts.JoinLink is { Length: > 0 } link)
            own = Regex.Replace(own, $@"(?<=[\s(]){Regex.Escape(link)}(?=[.,;)]?\s)", " ", RegexOptions.CultureInvariant);
        foreach (var part in new[] { facts.Title, facts.Location }.Select(Words.Clean).Where(part => part.Length > 2).OrderByDescending(part => part.Length))
            own = own.Replace(part, " ", StringComparison.OrdinalIgnoreCase);
        return own;
    }

    private static bool Names(string text, ReminderFacts facts)
    {
        var title = Words.Clean(facts.Title);
        if (title.Length == 0 || text.Contains(title, StringComparison.OrdinalIgnoreCase))
            return true;
        var words = Word().Matches(title).Select(match => match.Value).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var significant = words.Where(word => word.Length > 3).ToList();
        if (significant.Count == 0)
            significant = words;
        // Two thirds, so that a model may leave out a word and yet not speak of another event.
        return significant.Count > 0 && significant.Count(word => Words.Contains(text, word)) * 3 >= significant.Count * 2;
    }

    private static HashSet<string> KnownNumbers(ReminderFacts facts)
    {
        var words = ReminderLanguage.Of(facts.Language);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var at in new[] { facts.Start, facts.End })
        {
            var local = at.InZone(facts.Zone);
            foreach (var number in new[] { local.Hour, local.ClockHourOfHalfDay, local.Minute, local.Day, local.Year })
            {
                known.Add(number.ToString(CultureInfo.InvariantCulture));
                known.Add(number.ToString("00", CultureInfo.InvariantCulture));
            }
        }

        foreach (var text in new[] { facts.Title, facts.Location, words.Until(facts.MinutesUntil), words.Span(facts.MinutesLong) })
            known.UnionWith(NumbersOf(Words.Clean(text)));
        known.Add(facts.MinutesLong.ToString(CultureInfo.InvariantCulture));
        return known;
    }

    private static IEnumerable<string> NumbersOf(string text) => Number().Matches(text).Select(match => match.Value);

    private static bool IsPicture(Rune rune) =>
        rune.Value is 0x200D or 0xFE0F or 0x20E3 or (>= 0x1F000 and <= 0x1FAFF) or (>= 0x2600 and <= 0x27BF)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol;

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\p{N}+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\*\*|__|`|~~|\]\(|<[^ >]|&[a-z#]\w*;|^\s*(#|[-*>] )|\s#{1,6}\s|\{|\}")]
    private static partial Regex Markup();

    [GeneratedRegex(@"://|www\.|@|[\p{L}\p{N}-]+\.\p{L}{2,}|\b(tel|sms|mailto|http)s?:", RegexOptions.IgnoreCase)]
    private static partial Regex Address();

    [GeneratedRegex(@"\+\s*\p{Nd}|\p{Nd}(?:[\s()./-]*\p{Nd}){6,}")]
    private static partial Regex PhoneLike();
}
