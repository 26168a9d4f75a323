using System.Globalization;

namespace SmsDapr.Sidecar.PubSub.Redis;

/// <summary>An entry's place in its stream: milliseconds and a number within them.</summary>
internal readonly record struct StreamId(ulong Milliseconds, ulong Number) : IComparable<StreamId>
{
    public static StreamId Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return new StreamId(ulong.Parse(text.AsSpan(0, dash), CultureInfo.InvariantCulture), ulong.Parse(text.AsSpan(dash + 1), CultureInfo.InvariantCulture));
    }

    public int CompareTo(StreamId other) => Milliseconds == other.Milliseconds ? Number.CompareTo(other.Number) : Milliseconds.CompareTo(other.Milliseconds);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Number}");
}
