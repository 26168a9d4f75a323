using System.Security.Cryptography;
using System.Text;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>A feed as it was fetched.</summary>
internal sealed record FeedCopy(string Text, FeedToken Token)
{
    private const string End = "END:VCALENDAR";
    private const string Begin = "BEGIN:VCALENDAR";

    // Rewritten at every fetch by servers that make the feed anew.
    private const string Stamp = "DTSTAMP";

    public bool IsCalendar => Text.AsSpan().TrimStart('\uFEFF').TrimStart().StartsWith(Begin, StringComparison.OrdinalIgnoreCase);

    /// <summary>A calendar that was cut off would look like one from which events were deleted.</summary>
    public bool IsWhole => Text.AsSpan().TrimEnd().EndsWith(End, StringComparison.OrdinalIgnoreCase);

    public static FeedCopy Of(string text, string? etag, DateTimeOffset? lastModified) => new(text, new FeedToken(Digest(text), etag, lastModified));

    /// <summary>What was fetched is private.</summary>
    public override string ToString() => "feed";

    private static string Digest(string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(Stamp, StringComparison.OrdinalIgnoreCase))
                hash.AppendData(Encoding.UTF8.GetBytes($"{line}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
