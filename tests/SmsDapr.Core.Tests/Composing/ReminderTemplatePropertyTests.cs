using System.Text;
using CsCheck;
using NodaTime;
using NodaTime.TimeZones;
using SmsDapr.Core.Composing;
using SmsDapr.Core.Text;

namespace SmsDapr.Core.Tests.Composing;

public sealed class ReminderTemplatePropertyTests
{
    private static readonly DateTimeZone[] Zones =
        [.. TzdbDateTimeZoneSource.Default.CanonicalIdMap.Values.Distinct().Order(StringComparer.Ordinal).Select(id => DateTimeZoneProviders.Tzdb[id])];

    private static readonly Gen<string> GenPiece = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Const(" "), Gen.Const("€[]{}"), Gen.Const("’"), Gen.Const("\r\n"), Gen.Const("\u202E"), Gen.Const("\u0301"),
        Gen.Const("👨‍👩‍👧‍👦"), Gen.Const("🇩🇪"), Gen.Const("ü"), Gen.Const("日本語"), Gen.Const("हिन्दी"), Gen.Const("שלום"), Gen.Const("\ud83d"), Gen.Const("{title}"), Gen.Const("deadline"),
        Gen.Const(", "), Gen.String[Gen.Char, 1, 8], Gen.Int[0, 0x10FFFF].Where(value => Rune.IsValid(value)).Select(value => new Rune(value).ToString()));

    private static readonly Gen<string> GenText = GenPiece.Array[0, 40].Select(string.Concat);

    private static readonly Gen<string> GenLink = Gen.OneOf(
        Gen.Const("https://meet.google.com/abc-defg-hij"), Gen.Int[1, 200].Select(length => "https://example.org/" + new string('p', length)), GenText);

    private static readonly Gen<ReminderFacts> GenFacts =
        from title in GenText
        from place in GenText
        from link in GenLink
        from present in Gen.Int[0, 15]
        from start in Gen.Int[0, 7 * 365 * 24 * 60]
        from ahead in Gen.Int[0, 1440 * 60]
        from length in Gen.Int[0, 3000]
        from zone in Gen.OneOf(Zones)
        from language in Gen.OneOf("en", "de", "es", "fr", "en-GB", "es-MX", "xx", "")
        let at = Instant.FromUtc(2024, 1, 1, 0, 0) + Duration.FromMinutes(start)
        select new ReminderFacts
        {
            Title = present % 4 == 0 ? null : title,
            Location = present / 4 % 2 == 0 ? null : place,
            JoinLink = present / 8 == 0 ? null : link,
            Start = at,
            End = at + Duration.FromMinutes(length),
            SendAt = at - Duration.FromSeconds(ahead),
            Zone = zone,
            Language = language,
        };

    [Fact]
    public void Any_text_is_one_segment_with_title_and_time_and_nothing_invisible() => GenFacts.Sample(
        facts =>
        {
            var body = ReminderTemplate.Compose(facts).Body;

            Segments.Count(body).Segments.ShouldBe(1);
            body.Any(char.IsControl).ShouldBeFalse();
            body.ShouldNotContain('\u202E');
            body.IsWellFormed().ShouldBeTrue();
            body.ShouldContain(ReminderTemplate.TimeOf(facts));
            body.ShouldContain(ReminderLanguage.Of(facts.Language).Until(facts.MinutesUntil));
            body.ShouldBeginWithTitle(facts);
        },
        iter: Effort.Samples(1_500));

    [Fact]
    public void Any_link_is_there_verbatim_or_not_at_all() => GenFacts.Where(facts => facts.JoinLink?.StartsWith("https://", StringComparison.Ordinal) == true).Sample(
        facts =>
        {
            var body = ReminderTemplate.Compose(facts with { Title = "Call", Location = null }).Body;

            (body.EndsWith(' ' + facts.JoinLink!, StringComparison.Ordinal) || !body.Contains("https", StringComparison.Ordinal)).ShouldBeTrue();
        },
        iter: Effort.Samples(1_000));

    [Fact]
    public void Words_of_ours_never_make_a_text_ucs2()
    {
        foreach (var code in ReminderLanguage.Codes)
        {
            foreach (var zone in new[] { "America/New_York", "Europe/Berlin" })
            {
                foreach (var minutes in new[] { 0, 1, 61, 125 })
                {
                    foreach (var title in new[] { null, "Call", "Deadline", new string('x', 200) })
                        Segments.Count(ReminderTemplate.Compose(Facts.Of(title, minutes: minutes, language: code, zone: zone)).Body).Encoding.ShouldBe(SmsEncoding.Gsm7);
                }
            }
        }
    }
}

file static class Expectations
{
    public static bool IsWellFormed(this string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);

    public static void ShouldBeginWithTitle(this string body, ReminderFacts facts)
    {
        var title = ReminderTemplate.TitleOf(facts);
        if (body.StartsWith(title, StringComparison.Ordinal))
            return;
        var cut = body.IndexOfAny(['…']) is var one and >= 0 ? one : body.IndexOf("...", StringComparison.Ordinal);
        // A single grapheme that fills a segment leaves no title at all.
        if (!body.StartsWith(ReminderLanguage.Of(facts.Language).Untitled, StringComparison.Ordinal))
            title.ShouldStartWith(body[..cut]);
    }
}
