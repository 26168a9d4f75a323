using System.Buffers.Text;
using System.Globalization;
using System.Text;
using NodaTime;
using SmsDapr.Core.Messages;

namespace SmsDapr.Service.Messages;

/// <summary>Where a page of a list ended: behind this send time and id. Opaque to callers.</summary>
internal sealed record MessageCursor(Instant SendAt, string Id)
{
    public static MessageCursor After(Message message) => new(message.SendAt, message.Id);

    public bool IsBefore(Message message)
    {
        var byTime = message.SendAt.CompareTo(SendAt);
        return byTime > 0 || (byTime == 0 && string.CompareOrdinal(message.Id, Id) > 0);
    }

    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{SendAt.ToUnixTimeTicks()}/{Id}")));

    public static MessageCursor? TryParse(string text)
    {
        if (!Base64Url.IsValid(text))
            return null;

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('/', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks)
            && ticks >= Instant.MinValue.ToUnixTimeTicks() && ticks <= Instant.MaxValue.ToUnixTimeTicks()
            ? new MessageCursor(Instant.FromUnixTimeTicks(ticks), parts[1])
            : null;
    }
}
