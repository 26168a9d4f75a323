using System.Text;

namespace SmsDapr.Simulators.GoogleCalendar.Inspection;

/// <summary>Content lines of RFC 5545: CRLF, folded at 75 octets.</summary>
internal sealed class FeedLines
{
    private const int MaxOctets = 75;

    private readonly StringBuilder _text = new();

    /// <summary>A property whose value is text; none when there is no value.</summary>
    public void AddText(string name, string? value)
    {
        if (value is null)
            return;
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(";", "\\;", StringComparison.Ordinal)
            .Replace(",", "\\,", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        Add($"{name}:{escaped}");
    }

    public void Add(string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MaxOctets)
            {
                _text.Append("\r\n ");
                octets = 1;
            }

            _text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }

        _text.Append("\r\n");
    }

    public override string ToString() => _text.ToString();
}
