using System.Globalization;

namespace SmsDapr.Simulators.Twilio.Messages;

/// <summary>
/// Counts segments the way Twilio does. Deliberately not shared with the service: a wrong count there should differ from this one.
/// </summary>
internal static class Segments
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    private const string Extension = "\f^{}\\[~]|€";

    public static int Count(string body)
    {
        if (body.Length == 0)
            return 1;
        return body.All(c => Basic.Contains(c) || Extension.Contains(c))
            ? Pack(body.EnumerateRunes().Select(rune => Extension.Contains((char)rune.Value) ? 2 : 1), 160, 153)
            : Pack(Graphemes(body), 70, 67);
    }

    private static IEnumerable<int> Graphemes(string body)
    {
        var elements = StringInfo.GetTextElementEnumerator(body);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            // CR LF is one grapheme but two characters that may part.
            if (element == "\r\n")
            {
                yield return 1;
                yield return 1;
                continue;
            }

            yield return element.Length;
        }
    }

    private static int Pack(IEnumerable<int> units, int whole, int part)
    {
        var (total, segments, used) = (0, 1, 0);
        foreach (var unit in units)
        {
            total += unit;
            if (used + unit > part)
            {
                segments++;
                used = 0;
            }

            used += unit;
        }

        return total <= whole ? 1 : segments;
    }
}
