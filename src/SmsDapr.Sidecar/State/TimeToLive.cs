using System.Globalization;

namespace SmsDapr.Sidecar.State;

/// <summary>An item's <c>ttlInSeconds</c>.</summary>
internal static class TimeToLive
{
    public const string ExpiryKey = "ttlExpireTime";

    private const string MetadataKey = "ttlInSeconds";

    public static TimeSpan? Read(IEnumerable<KeyValuePair<string, string>> metadata, string storeName)
    {
        var text = metadata.FirstOrDefault(entry => entry.Key.Equals(MetadataKey, StringComparison.OrdinalIgnoreCase)).Value;
        if (string.IsNullOrEmpty(text))
            return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            throw StateErrors.WriteFailed(StateBlock.SaveCode, storeName, $"{MetadataKey} is not a number");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>When the value goes, as RFC 3339; null: never.</summary>
    public static string? Describe(StoredValue value) =>
        value.ExpiresAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
