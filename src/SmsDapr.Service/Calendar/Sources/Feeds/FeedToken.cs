using System.Buffers.Text;
using System.Text.Json;

namespace SmsDapr.Service.Calendar.Sources.Feeds;

/// <summary>What a feed was when it was last read through: what its server calls that version, and a digest of what it said.</summary>
internal sealed record FeedToken(string Digest, string? ETag, DateTimeOffset? LastModified)
{
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>Null when it is none.</summary>
    public static FeedToken? Decode(string text)
    {
        try
        {
            return Base64Url.IsValid(text) && JsonSerializer.Deserialize<FeedToken>(Base64Url.DecodeFromChars(text)) is { Digest: not null } token ? token : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
