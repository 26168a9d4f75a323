using System.Buffers;
using System.Globalization;

namespace SmsDapr.Core.Text;

/// <summary>Encoding of an SMS.</summary>
public enum SmsEncoding
{
    /// <summary>The GSM 7-bit alphabet of 3GPP 23.038 with its extension table.</summary>
    Gsm7,

    /// <summary>UTF-16.</summary>
    Ucs2,
}

/// <summary>How large a text is as an SMS.</summary>
/// <param name="Encoding">The encoding of the whole text.</param>
/// <param name="Segments">Segments that it takes; 0 for an empty text.</param>
/// <param name="Units">Septets (GSM-7) or UTF-16 code units (UCS-2), without headers.</param>
public sealed record SmsSize(SmsEncoding Encoding, int Segments, int Units);

/// <summary>
/// Counts segments as Twilio bills them (source: Twilio's segment calculator 1.3.0). A unit that does not fit moves whole to the next segment:
/// an escape pair or a grapheme is never split. The text that Twilio sends may differ (trial prefix, shortened links).
/// </summary>
public static class Segments
{
    private const string Gsm7Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    private const string Gsm7Extension = "\f^{}\\[~]|€";

    private static readonly SearchValues<char> Extension = SearchValues.Create(Gsm7Extension);
    private static readonly SearchValues<char> Gsm7 = SearchValues.Create(Gsm7Basic + Gsm7Extension);

    /// <summary>Counts the segments of a text.</summary>
    public static SmsSize Count(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAnyExcept(Gsm7)
            ? Pack(SmsEncoding.Ucs2, Graphemes(text), single: 70, each: 67)
            : Pack(SmsEncoding.Gsm7, text.Select(c => Extension.Contains(c) ? 2 : 1), single: 160, each: 153);
    }

    /// <summary>Counts the segments of a text after Twilio's smart encoding, when that is on.</summary>
    public static SmsSize Count(string text, bool smartEncoding) => Count(smartEncoding ? SmartEncoding.Apply(text) : text);

    private static SmsSize Pack(SmsEncoding encoding, IEnumerable<int> sizes, int single, int each)
    {
        var units = 0;
        var segments = 0;
        var room = 0;
        foreach (var size in sizes)
        {
            units += size;
            if (size <= room)
            {
                room -= size;
                continue;
            }

            // A grapheme larger than a segment has to be split after all.
            var taken = (size + each - 1) / each;
            segments += taken;
            room = taken * each - size;
        }

        return new SmsSize(encoding, units == 0 ? 0 : units <= single ? 1 : segments, units);
    }

    private static IEnumerable<int> Graphemes(string text)
    {
        for (var index = 0; index < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, index);
            // Unicode joins CR and LF; an SMS counts them as two.
            if (length == 2 && text[index] == '\r')
                length = 1;
            yield return length;
            index += length;
        }
    }
}
