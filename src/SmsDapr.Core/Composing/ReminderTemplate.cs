using SmsDapr.Core.Messages;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Composing;

/// <summary>
/// Writes a reminder from a template: what it is and how long until then, always; the rest as far as one segment goes: the link (whole or not at all) before the
/// place before the duration. A title that is too long loses its tail.
/// </summary>
public static class ReminderTemplate
{
    /// <summary>A title is cut to make room for the link, but not below this.</summary>
    private const int WorthReading = 24;

    /// <summary>More never fits.</summary>
    private const int LongestTitle = 160;

    /// <summary>The text.</summary>
    public static MessageText Compose(ReminderFacts facts) =>
        new(Write(facts), BodySource.Template, WordedFrom: facts.Fingerprint, WordedFor: facts.SendAt);

    /// <summary>The line for the title of an event: clean, or the words for an event that has none.</summary>
    public static string TitleOf(ReminderFacts facts) =>
        Words.Clean(facts.Title) is { Length: > 0 } title ? title : ReminderLanguage.Of(facts.Language).Untitled;

    /// <summary>When the event begins, by the user's clock.</summary>
    public static string TimeOf(ReminderFacts facts) =>
        ReminderLanguage.Of(facts.Language).Time(facts.Start.InZone(facts.Zone).TimeOfDay, facts.Language, facts.Zone);

    private static string Write(ReminderFacts facts)
    {
        var draft = Draft.Of(facts);
        var title = TitleOf(facts);
        return Full(draft, title).FirstOrDefault(Fits)
            ?? Shortened(draft, title).FirstOrDefault(Fits)
            ?? draft.Say(ReminderLanguage.Of(facts.Language).Untitled);
    }

    private static IEnumerable<string> Full(Draft draft, string title)
    {
        if (draft.Link is { } link)
        {
            foreach (var place in draft.Places)
            {
                yield return draft.Say(title, draft.Duration, place, link);
                yield return draft.Say(title, place: place, link: link);
            }

            yield return draft.Say(title, draft.Duration, link: link);
            yield return draft.Say(title, link: link);
            yield return draft.SayBriefly(title, link);
            foreach (var prefix in Words.Prefixes(title, LongestTitle).TakeWhile(prefix => prefix.Length >= WorthReading))
                yield return draft.Say(Elide(prefix), link: link);
        }

        foreach (var place in draft.Places)
        {
            yield return draft.Say(title, draft.Duration, place);
            yield return draft.Say(title, place: place);
        }

        yield return draft.Say(title, draft.Duration);
        yield return draft.Say(title);
    }

    private static IEnumerable<string> Shortened(Draft draft, string title) =>
        Words.Prefixes(title, LongestTitle).Select(prefix => draft.Say(Elide(prefix))).Prepend(draft.SayBriefly(title));

    // One character costs as much as three in UCS-2 and would make a GSM-7 text UCS-2.
    private static string Elide(string prefix) => prefix + (Segments.Count(prefix).Encoding == SmsEncoding.Ucs2 ? "…" : "...");

    private static bool Fits(string text) => Segments.Count(text).Segments == 1;

    private sealed record Draft(string Sentence, string Brief, string? Duration, IReadOnlyList<string> Places, string? Link)
    {
        private const string TitleMark = "{title}";

        public static Draft Of(ReminderFacts facts)
        {
            var words = ReminderLanguage.Of(facts.Language);
            string Fill(string pattern) => pattern
                .Replace("{until}", words.Until(facts.MinutesUntil), StringComparison.Ordinal)
                .Replace("{time}", TimeOf(facts), StringComparison.Ordinal);

            var link = LinkOf(facts.JoinLink);
            var place = Words.Clean(facts.Location);
            // People put the address of a call where the place goes.
            link ??= LinkOf(place);
            return new Draft(
                Fill(words.IsDeadline(TitleOf(facts)) ? words.Due : words.Starts),
                Fill(words.Brief),
                facts.MinutesLong > 0 ? words.Lasting.Replace("{span}", words.Span(facts.MinutesLong), StringComparison.Ordinal) : null,
                PlacesOf(place, link),
                link);
        }

        public string Say(string title, string? duration = null, string? place = null, string? link = null)
        {
            var text = Sentence.Replace(TitleMark, title, StringComparison.Ordinal) + duration;
            text = text.EndsWith('.') ? text : text + ".";
            if (place is not null)
                text += place.EndsWith('.') ? $" {place}" : $" {place}.";
            return link is null ? text : $"{text} {link}";
        }

        public string SayBriefly(string title, string? link = null)
        {
            var text = Brief.Replace(TitleMark, title, StringComparison.Ordinal);
            return link is null ? text : $"{text} {link}";
        }

        private static string? LinkOf(string? text) =>
            text is not null
            && text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            && text.All(character => character is > ' ' and < '\u007F')
            && Uri.TryCreate(text, UriKind.Absolute, out _)
                ? text
                : null;

        // An address shortened to its first part still says where; a link shortened is broken.
        private static IReadOnlyList<string> PlacesOf(string place, string? link)
        {
            if (place.Length == 0 || place == link)
                return [];
            var comma = place.IndexOf(',', StringComparison.Ordinal);
            return comma < 1 || place.Contains("://", StringComparison.Ordinal) ? [place] : [place, place[..comma]];
        }
    }
}
